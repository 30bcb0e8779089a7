/** The commands that change the notebook: each edit is made in the editor, as one step that undo takes back. */
import { InputDialog, Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';

import { askForSchedule } from '../dialogs/schedule.tsx';
import type { NotebookSession } from '../session.ts';
import type { ISessions } from '../tokens.ts';
import type { Edit } from '../wire.ts';
import { A_TASK, NOTHING, taking } from './args.ts';
import { CommandIDs } from './ids.ts';
import { attempt } from '../telling.ts';
import { taskOf } from './running.ts';

/** Make an edit, and say what there is to say about it. */
export async function makeEdit(
  session: NotebookSession,
  edit: Edit
): Promise<void> {
  const notes = await session.edit(edit);
  if (notes.length) {
    Notification.info(notes.join('\n'), { autoClose: 8000 });
  }
}

export function addAuthoringCommands(
  commands: CommandRegistry,
  sessions: ISessions,
  trans: TranslationBundle
): void {
  const edit = (made: Edit): Promise<void> =>
    attempt(async () => {
      if (sessions.current) {
        await makeEdit(sessions.current, made);
      }
    });
  const isEnabled = (): boolean => sessions.current?.live !== null;

  commands.addCommand(CommandIDs.makeTask, {
    label: trans.__('Make the Cell a Task…'),
    caption: trans.__('Write “#| task: name” on top of the active cell'),
    describedBy: taking(A_TASK),
    isEnabled,
    execute: async args => {
      const cellId = sessions.current?.panel.content.activeCell?.model.id;
      const named = args['task_id'];
      const task_id =
        typeof named === 'string'
          ? named
          : (
              await InputDialog.getText({
                title: trans.__('The task’s name'),
                placeholder: trans.__('such as load')
              })
            ).value;
      if (cellId && task_id) {
        await edit({ do: 'make_task', cell_id: cellId, task_id });
      }
    }
  });
  commands.addCommand(CommandIDs.promote, {
    label: trans.__('Promote to TaskFlow'),
    caption: trans.__('Rewrite the task’s cell as a @task function'),
    describedBy: taking(A_TASK),
    isEnabled: args => taskOf(sessions.current, args['task_id']) !== null,
    execute: async args => {
      const taskId = taskOf(sessions.current, args['task_id']);
      if (taskId !== null) {
        await edit({ do: 'promote', task_ids: [taskId] });
      }
    }
  });
  commands.addCommand(CommandIDs.freeze, {
    label: trans.__('Freeze the Wiring'),
    caption: trans.__(
      'Write the inferred calls into the body of the @dag function'
    ),
    describedBy: taking(NOTHING),
    isEnabled,
    execute: () => edit({ do: 'freeze' })
  });
  commands.addCommand(CommandIDs.fix, {
    label: trans.__('Fix What Has One Right Answer'),
    describedBy: taking({
      type: 'object',
      properties: {
        cell_id: { type: 'string' },
        line: { type: 'integer' }
      }
    }),
    isEnabled,
    execute: args => {
      const { cell_id, line } = args;
      return edit({
        do: 'fix',
        ...(typeof cell_id === 'string' ? { cell_id } : {}),
        ...(typeof line === 'number' ? { line } : {})
      });
    }
  });
  commands.addCommand(CommandIDs.schedule, {
    label: trans.__('Schedule…'),
    caption: trans.__('Set when the Dag runs, and see its next runs'),
    describedBy: taking(NOTHING),
    isEnabled: () => Boolean(sessions.current?.dag),
    execute: () =>
      attempt(async () => {
        const session = sessions.current;
        const dag = session?.dag;
        if (!session || !dag) {
          return;
        }
        const set = await askForSchedule(session.api, dag, trans);
        if (set !== null) {
          const schedule = set.trim() ? JSON.stringify(set.trim()) : 'None';
          await makeEdit(session, {
            do: 'set_dag_options',
            dag_id: dag.dag_id,
            options: { schedule }
          });
        }
      })
  });
}
