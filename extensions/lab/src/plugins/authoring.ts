/** Promote, freeze, fix; the task's options; the generated code. */
import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { addAuthoringCommands } from '../commands/authoring.ts';
import { CommandIDs } from '../commands/ids.ts';
import { goTo } from '../going.ts';
import { CodeView } from '../tabs/code.tsx';
import { TaskView } from '../tabs/task.tsx';
import { IDagPanel, ISessions } from '../tokens.ts';

export const authoring: JupyterFrontEndPlugin<void> = {
  id: 'mwaa-kit:authoring',
  description:
    'Edits tasks and their wiring, and shows the generated Dag file.',
  autoStart: true,
  requires: [ISessions, IDagPanel],
  optional: [ICommandPalette, ITranslator],
  activate: (
    app,
    sessions: ISessions,
    panel: IDagPanel,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load('mwaa_kit');
    addAuthoringCommands(app.commands, sessions, trans);
    for (const command of [
      CommandIDs.makeTask,
      CommandIDs.promote,
      CommandIDs.freeze,
      CommandIDs.fix,
      CommandIDs.schedule
    ]) {
      palette?.addItem({ command, category: trans.__('Dag') });
    }
    panel.add({
      id: 'task',
      label: trans.__('Task'),
      rank: 10,
      create: session =>
        new TaskView(
          session,
          task_id =>
            void app.commands.execute(CommandIDs.openCell, { task_id }),
          trans
        )
    });
    panel.add({
      id: 'code',
      label: trans.__('Dag file'),
      rank: 40,
      create: session =>
        new CodeView(
          session,
          (cell, line) => void goTo(app.shell, session, cell, line),
          trans
        )
    });
  }
};
