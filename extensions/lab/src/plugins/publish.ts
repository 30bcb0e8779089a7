/** Check, plan, publish, and the practice MWAA. */
import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { CommandIDs } from '../commands/ids.ts';
import { addPublishCommands } from '../commands/publishing.ts';
import { EnvironmentChoice } from '../environment.ts';
import { PublishView } from '../tabs/publish.tsx';
import {
  IChecks,
  IDagPanel,
  IEnvironmentChoice,
  ISessions
} from '../tokens.ts';

export const publish: JupyterFrontEndPlugin<IEnvironmentChoice> = {
  id: 'mwaa-kit:publish',
  description:
    'Checks, plans and publishes a Dag, and starts the practice MWAA.',
  autoStart: true,
  requires: [ISessions, IDagPanel, IChecks],
  optional: [ICommandPalette, ITranslator],
  provides: IEnvironmentChoice,
  activate: (
    app,
    sessions: ISessions,
    panel: IDagPanel,
    checks: IChecks,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load('mwaa_kit');
    const environment = new EnvironmentChoice(sessions.api);
    const refresh = (): void =>
      void environment.refresh(sessions.current?.path).catch(() => undefined);
    addPublishCommands(
      app.commands,
      sessions,
      panel,
      environment,
      session => checks.of(session),
      trans
    );
    for (const command of [
      CommandIDs.check,
      CommandIDs.plan,
      CommandIDs.publish,
      CommandIDs.chooseEnvironment
    ]) {
      palette?.addItem({ command, category: trans.__('Dag') });
    }
    for (const action of ['start', 'stop']) {
      palette?.addItem({
        command: CommandIDs.practice,
        category: trans.__('Dag'),
        args: { action }
      });
    }
    void app.restored.then(refresh);
    sessions.currentChanged.connect(refresh);
    sessions.jobs.changed.connect((_, job) => {
      if (job.job.kind !== 'run' && !job.running) {
        refresh();
      }
    });
    panel.add({
      id: 'publish',
      label: trans.__('Publish'),
      rank: 50,
      create: session =>
        new PublishView(
          session,
          environment,
          {
            choose: name => environment.choose(name),
            practice: action =>
              void app.commands.execute(CommandIDs.practice, { action }),
            publish: () => void app.commands.execute(CommandIDs.publish),
            plan: () => void app.commands.execute(CommandIDs.plan)
          },
          trans
        )
    });
    return environment;
  }
};
