/** The commands that start, cancel and resume runs. */
import type { TranslationBundle } from '@jupyterlab/translation';
import {
  refreshIcon,
  runIcon,
  stopIcon,
  type LabIcon
} from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';

import { askForAnswer } from '../dialogs/answering.tsx';
import type { NotebookSession } from '../session.ts';
import { attempt } from '../telling.ts';
import type { ISessions } from '../tokens.ts';
import type { IRunRequest } from '../wire.ts';
import { A_TASK, NOTHING, taking } from './args.ts';
import { CommandIDs } from './ids.ts';

type Options = Omit<IRunRequest, 'path'>;

/** The task that a command is about: the one named, else the selected one, else that of the active cell. */
export function taskOf(
  session: NotebookSession | null,
  named: unknown
): string | null {
  if (typeof named === 'string' && named) {
    return named;
  }
  const cell = session?.panel.content.activeCell?.model.id;
  const here = cell ? session?.cellWith(cell)?.task_ids[0] : undefined;
  return session?.selected ?? here ?? null;
}

export function addRunCommands(
  commands: CommandRegistry,
  sessions: ISessions,
  trans: TranslationBundle
): void {
  const ready = (): boolean => Boolean(sessions.current?.dag?.tasks.length);
  const running = (): boolean => Boolean(sessions.current?.run?.running);
  const free = (): boolean => ready() && !sessions.current?.busy;
  const start = (options: Options): Promise<void> =>
    attempt(async () => sessions.current?.start(options));

  const add = (
    id: string,
    label: string,
    caption: string,
    icon: LabIcon,
    isEnabled: () => boolean,
    execute: () => Promise<void>
  ): void => {
    commands.addCommand(id, {
      label,
      caption,
      icon,
      isEnabled,
      execute,
      describedBy: taking(NOTHING)
    });
  };
  const addForTask = (
    id: string,
    label: string,
    caption: string,
    options: (taskId: string) => Options
  ): void => {
    commands.addCommand(id, {
      label,
      caption,
      icon: runIcon,
      describedBy: taking(A_TASK),
      isEnabled: args =>
        free() && taskOf(sessions.current, args['task_id']) !== null,
      execute: async args => {
        const taskId = taskOf(sessions.current, args['task_id']);
        if (taskId !== null) {
          await start(options(taskId));
        }
      }
    });
  };

  add(
    CommandIDs.runDag,
    trans.__('Run Dag'),
    trans.__('Save the notebook and run its Dag here, with real Airflow tasks'),
    runIcon,
    free,
    () => start({})
  );
  addForTask(
    CommandIDs.runTask,
    trans.__('Run Task'),
    trans.__('Run this task only'),
    taskId => ({ tasks: [taskId] })
  );
  addForTask(
    CommandIDs.runToHere,
    trans.__('Run to Here'),
    trans.__('Run this task and all that it waits for'),
    taskId => ({ tasks: [taskId], with_upstream: true })
  );
  addForTask(
    CommandIDs.runFromHere,
    trans.__('Run from Here'),
    trans.__('Run this task and all that waits for it'),
    taskId => ({ tasks: [taskId], with_downstream: true })
  );
  add(
    CommandIDs.resumeRun,
    trans.__('Resume Run'),
    trans.__(
      'Run again what failed or never ran; keep the results of what succeeded'
    ),
    refreshIcon,
    () =>
      free() &&
      ['failed', 'cancelled'].includes(sessions.current?.run?.state ?? ''),
    () => start({ resume: true })
  );
  commands.addCommand(CommandIDs.answer, {
    label: trans.__('Answer a Task…'),
    caption: trans.__('Tell a task of the run what it asks'),
    describedBy: taking(A_TASK),
    isEnabled: () => Boolean(sessions.current?.run?.questions.length),
    execute: async args => {
      const session = sessions.current;
      const run = session?.run;
      const named = args['task_id'];
      const question =
        run?.questions.find(one => one.task_id === named) ?? run?.questions[0];
      const answer = question && (await askForAnswer(question, trans));
      if (run && answer) {
        await attempt(() => session.api.answer(run.job.id, question, answer));
      }
    }
  });
  add(
    CommandIDs.cancelRun,
    trans.__('Cancel Run'),
    trans.__('Stop the run; teardown tasks run first'),
    stopIcon,
    running,
    async () => {
      const session = sessions.current;
      const run = session?.run;
      if (session && run) {
        await attempt(() => session.cancel(run));
      }
    }
  );
}
