/** The commands that check, plan and publish, and those of the practice MWAA. */
import { InputDialog, Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { checkIcon, fileUploadIcon } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';

import { askToPublish } from '../dialogs/publishing.tsx';
import { PRACTICE, STOPPED, type EnvironmentChoice } from '../environment.ts';
import type { NotebookSession } from '../session.ts';
import type { Checked } from '../tabs/findings.tsx';
import type { IDagPanel, ISessions } from '../tokens.ts';
import type { IPlan } from '../wire.ts';
import { NOTHING, taking } from './args.ts';
import { CommandIDs } from './ids.ts';
import { attempt, problemOf } from '../telling.ts';

/** Check a notebook as it is saved, and show the list. */
export async function check(
  session: NotebookSession,
  checked: Checked
): Promise<void> {
  checked.set(checked.findings, true);
  try {
    await session.panel.context.save();
    const report = await session.api.check([session.path]);
    checked.set(report.findings, false);
  } finally {
    checked.set(checked.findings, false);
  }
}

export function addPublishCommands(
  commands: CommandRegistry,
  sessions: ISessions,
  panel: IDagPanel,
  environment: EnvironmentChoice,
  checkedOf: (session: NotebookSession) => Checked,
  trans: TranslationBundle
): void {
  const isEnabled = (): boolean =>
    Boolean(sessions.current?.dags.length) &&
    !sessions.current?.asked.has('plan', 'publish');
  commands.addCommand(CommandIDs.check, {
    label: trans.__('Check'),
    caption: trans.__('Find what would go wrong on MWAA'),
    icon: checkIcon,
    describedBy: taking(NOTHING),
    isEnabled: () => sessions.current !== null,
    execute: async () => {
      const session = sessions.current;
      if (session) {
        await panel.show('findings');
        await attempt(() => check(session, checkedOf(session)));
      }
    }
  });
  commands.addCommand(CommandIDs.plan, {
    label: trans.__('Show the Plan of a Publish…'),
    caption: trans.__('See what a publish would do, and decide'),
    describedBy: taking(NOTHING),
    isEnabled,
    execute: () => publish(commands, sessions, panel, environment, true, trans)
  });
  commands.addCommand(CommandIDs.publish, {
    label: trans.__('Publish'),
    caption: trans.__(
      'Publish to the chosen environment; the plan is shown first when it replaces or removes something'
    ),
    icon: fileUploadIcon,
    describedBy: taking(NOTHING),
    isEnabled,
    execute: () => publish(commands, sessions, panel, environment, false, trans)
  });
  commands.addCommand(CommandIDs.practice, {
    label: args =>
      args['action'] === 'stop'
        ? trans.__('Stop the Practice MWAA')
        : trans.__('Start the Practice MWAA'),
    describedBy: taking({
      type: 'object',
      properties: { action: { type: 'string', enum: ['start', 'stop'] } }
    }),
    // Not both at once where it is known which of them there is to do.
    isEnabled: args => {
      const status = environment.known.find(
        one => one.name === PRACTICE
      )?.status;
      return (
        !sessions.jobs.practice?.running &&
        (!status || (args['action'] === 'stop') === (status !== STOPPED))
      );
    },
    execute: async args => {
      const action = args['action'] === 'stop' ? 'stop' : 'start';
      const session = sessions.current;
      if (session) {
        environment.choose(PRACTICE);
        await panel.show('publish'); // where its progress is
      }
      const ask = async (): Promise<void> => {
        sessions.jobs.adopt(await sessions.api.practice(action));
      };
      await attempt(() => session?.asked.during('practice', ask) ?? ask());
    }
  });
  commands.addCommand(CommandIDs.chooseEnvironment, {
    label: trans.__('Choose the Environment…'),
    describedBy: taking({
      type: 'object',
      properties: { name: { type: 'string' } }
    }),
    execute: async args => {
      const named = args['name'];
      const name =
        typeof named === 'string' ? named : await askFor(environment, trans);
      if (name) {
        environment.choose(name);
      }
    }
  });
}

async function askFor(
  environment: EnvironmentChoice,
  trans: TranslationBundle
): Promise<string | null> {
  const names = environment.known.map(one => one.name);
  const { value } = await InputDialog.getItem({
    title: trans.__('Environment'),
    items: names.includes(environment.name)
      ? names
      : [environment.name, ...names],
    editable: true
  });
  return value;
}

/** Save, plan, show the plan where it must be seen, and publish just what was planned. */
async function publish(
  commands: CommandRegistry,
  sessions: ISessions,
  panel: IDagPanel,
  environment: EnvironmentChoice,
  always: boolean,
  trans: TranslationBundle
): Promise<void> {
  const session = sessions.current;
  if (!session) {
    return;
  }
  await panel.show('publish');
  await attempt(async () => {
    const plan = await session.asked
      .during('plan', async () => {
        await session.panel.context.save();
        return session.api.plan({
          path: session.path,
          ...environment.destination()
        });
      })
      .catch(async error => {
        if (problemOf(error).name === 'UncompiledNotebookError') {
          await commands.execute(CommandIDs.check); // lists what stands in the way
        }
        throw error;
      });
    if (!plan) {
      return;
    }
    const consent =
      always || !plan.harmless
        ? await askToPublish(plan, trans)
        : { unpause: false, trigger: false };
    if (!consent) {
      return;
    }
    const job = await session.asked.during('publish', () =>
      session.api.publish({
        path: session.path,
        ...environment.destination(),
        ...consent,
        ...replacing(plan),
        release: plan.release ?? null
      })
    );
    if (!job) {
      return;
    }
    sessions.jobs.adopt(job);
    Notification.info(trans.__('Publishing to %1…', plan.environment), {
      autoClose: 3000
    });
  });
}

/** Name the release that is knowingly replaced. */
function replacing(plan: IPlan): { replacing?: string } {
  const release = plan.newer?.[0]?.release;
  return release ? { replacing: release } : {};
}
