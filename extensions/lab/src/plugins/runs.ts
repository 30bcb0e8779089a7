/** Start, cancel and resume runs: commands, palette and menu. */
import { ILabShell, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, MainAreaWidget } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { CommandIDs } from '../commands/ids.ts';
import { addRunCommands } from '../commands/running.ts';
import { attempt } from '../telling.ts';
import { askForRun } from '../dialogs/runform.tsx';
import { RunCard } from '../runcard.ts';
import type { NotebookSession } from '../session.ts';
import { RunsView } from '../tabs/runs.tsx';
import { IDagPanel, ISessions } from '../tokens.ts';
import type { IOnRecord } from '../wire.ts';

export const runs: JupyterFrontEndPlugin<void> = {
  id: 'mwaa-kit:runs',
  description: 'Runs Dags and tasks from the notebook.',
  autoStart: true,
  requires: [ISessions, IDagPanel],
  optional: [ICommandPalette, ILabShell, ITranslator],
  activate: (
    app,
    sessions: ISessions,
    panel: IDagPanel,
    palette: ICommandPalette | null,
    shell: ILabShell | null,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load('mwaa_kit');
    addRunCommands(app.commands, sessions, trans);
    // Whether there is a Dag, and whether it runs, decides what can be clicked.
    const refresh = (): void => app.commands.notifyCommandChanged();
    sessions.jobs.changed.connect(refresh);
    sessions.currentChanged.connect(refresh);
    sessions.opened.connect((_, session) => {
      session.liveChanged.connect(refresh);
      session.asked.changed.connect(refresh);
    });
    for (const command of [
      CommandIDs.runDag,
      CommandIDs.runTask,
      CommandIDs.runToHere,
      CommandIDs.runFromHere,
      CommandIDs.resumeRun,
      CommandIDs.answer,
      CommandIDs.cancelRun
    ]) {
      palette?.addItem({ command, category: trans.__('Dag') });
    }
    const openCard = (session: NotebookSession, run: IOnRecord): void =>
      void attempt(async () => {
        const { html, run_id } = await session.api.card(run);
        const content = new RunCard(html, trans.__('Run card of %1', run_id));
        const shown = new MainAreaWidget({ content });
        // Notebook 7 has its one notebook there, and lets nothing else in.
        app.shell.add(shown, shell ? 'main' : 'right');
        app.shell.activateById(shown.id);
      });
    panel.add({
      id: 'runs',
      label: trans.__('Runs'),
      rank: 20,
      create: session =>
        new RunsView(
          session,
          {
            start: () =>
              void attempt(async () => {
                const answer = await askForRun(session.dag, trans);
                return answer && session.start(answer);
              }),
            resume: () => void app.commands.execute(CommandIDs.resumeRun),
            cancel: () => void app.commands.execute(CommandIDs.cancelRun),
            answer: task_id =>
              void app.commands.execute(CommandIDs.answer, { task_id }),
            openCard: run => openCard(session, run)
          },
          trans
        )
    });
  }
};
