/** The JupyterLab extension of mwaa-kit: one plugin for each feature. */
import css from '../style/index.css';
import { plugins } from './plugins.ts';

const style = document.createElement('style');
style.dataset['from'] = 'mwaa-kit';
style.textContent = css;
document.head.append(style);

export default plugins;
