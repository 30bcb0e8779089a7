/** In the status bar: the environment, and how it is. */
import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { CommandIDs } from '../commands/ids.ts';
import { environmentItem } from '../statusitem.tsx';
import { IEnvironmentChoice, ISessions } from '../tokens.ts';

export const status: JupyterFrontEndPlugin<void> = {
  id: 'mwaa-kit:status',
  description: 'Shows the environment and its state in the status bar.',
  autoStart: true,
  requires: [IEnvironmentChoice, ISessions],
  optional: [IStatusBar, ITranslator],
  activate: (
    app,
    environment: IEnvironmentChoice,
    sessions: ISessions,
    statusBar: IStatusBar | null,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load('mwaa_kit');
    statusBar?.registerStatusItem('mwaa-kit:environment', {
      item: environmentItem(
        environment,
        sessions.jobs,
        () => void app.commands.execute(CommandIDs.chooseEnvironment),
        trans
      ),
      align: 'right',
      rank: 100
    });
  }
};
