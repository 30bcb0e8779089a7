/**
 * The run card, in a frame of no origin: its own script searches and zooms, and reaches neither this page nor the server.
 * That nothing in it but its own script runs, and that it loads nothing, is said by the card's own policy. It is light or
 * dark as JupyterLab was when it was opened; opened by itself, as the reader's system is.
 */
import { Widget } from '@lumino/widgets';

export class RunCard extends Widget {
  constructor(html: string, label: string) {
    const node = document.createElement('div');
    const frame = document.createElement('iframe');
    frame.setAttribute('sandbox', 'allow-scripts');
    frame.title = label;
    const light = document.body.dataset['jpThemeLight'] !== 'false';
    frame.srcdoc = html.replace(
      '<html ',
      `<html data-jp-theme-light="${light}" `
    );
    node.append(frame);
    super({ node });
    this.id = `mwaa-kit-card-${(RunCard._count += 1)}`;
    this.addClass('jp-MwaaKit-card');
    this.title.label = label;
    this.title.closable = true;
  }

  private static _count = 0;
}
