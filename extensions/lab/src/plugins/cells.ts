/** What each cell is in the Dag, above the cell. */
import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import type { Act } from '../cells/badge.tsx';
import { CellBadges } from '../cells/badges.ts';
import { FailureMarks } from '../cells/failures.ts';
import { CommandIDs } from '../commands/ids.ts';
import type { NotebookSession } from '../session.ts';
import { ISessions } from '../tokens.ts';

const COMMANDS = {
  run: CommandIDs.runTask,
  to: CommandIDs.runToHere,
  from: CommandIDs.runFromHere,
  answer: CommandIDs.answer
} as const;

export const cells: JupyterFrontEndPlugin<void> = {
  id: 'mwaa-kit:cells',
  description: 'Shows above each cell which task it is and how it fared.',
  autoStart: true,
  requires: [ISessions],
  optional: [ITranslator],
  activate: (app, sessions: ISessions, translator: ITranslator | null) => {
    const trans = (translator ?? nullTranslator).load('mwaa_kit');
    const act: Act = (what, taskId) => {
      void app.commands.execute(COMMANDS[what], { task_id: taskId });
    };
    const follow = (session: NotebookSession): void =>
      void session.panel.revealed.then(() => {
        new CellBadges(session, act, trans);
        new FailureMarks(session);
      });
    sessions.opened.connect((_, session) => follow(session));
    sessions.all().forEach(follow);
  }
};
