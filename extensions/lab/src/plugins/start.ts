/** Where to begin: cards in the launcher for the tutorials and for Dag notebooks from templates. */
import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette, InputDialog } from '@jupyterlab/apputils';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { ILauncher } from '@jupyterlab/launcher';
import { PathExt } from '@jupyterlab/coreutils';
import {
  ITranslator,
  nullTranslator,
  type TranslationBundle
} from '@jupyterlab/translation';
import { notebookIcon } from '@jupyterlab/ui-components';

import { taking } from '../commands/args.ts';
import { CommandIDs } from '../commands/ids.ts';
import { attempt } from '../telling.ts';
import { IDagPanel, ISessions } from '../tokens.ts';

/** As `mwaa-kit tutorials` calls the folder. */
const TUTORIALS = 'mwaa_kit_tutorials';

export const start: JupyterFrontEndPlugin<void> = {
  id: 'mwaa-kit:start',
  description:
    'Offers the tutorials, and new Dag notebooks from templates, in the launcher.',
  autoStart: true,
  requires: [ISessions, IDagPanel],
  optional: [ILauncher, ICommandPalette, IDefaultFileBrowser, ITranslator],
  activate: (
    app,
    sessions: ISessions,
    panel: IDagPanel,
    launcher: ILauncher | null,
    palette: ICommandPalette | null,
    browser: IDefaultFileBrowser | null,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load('mwaa_kit');
    const category = trans.__('Dag');
    addCommand(app, sessions, panel, browser, trans);
    addTutorials(app, sessions, browser, trans);
    for (const command of [CommandIDs.newNotebook, CommandIDs.tutorials]) {
      palette?.addItem({ command, category });
    }
    launcher?.add({ command: CommandIDs.tutorials, category, rank: 0 });
    void app.restored.then(async () => {
      const templates = await sessions.api.templates().catch(() => []);
      templates.forEach(({ name, title }, rank) => {
        const args = { template: name, title };
        launcher?.add({
          command: CommandIDs.newNotebook,
          args,
          category,
          rank: rank + 1
        });
      });
    });
  }
};

function addCommand(
  app: JupyterFrontEnd,
  sessions: ISessions,
  panel: IDagPanel,
  browser: IDefaultFileBrowser | null,
  trans: TranslationBundle
): void {
  app.commands.addCommand(CommandIDs.newNotebook, {
    label: args =>
      typeof args['title'] === 'string'
        ? args['title']
        : trans.__('New Dag Notebook'),
    caption: trans.__('Make a notebook that is a Dag already'),
    icon: notebookIcon,
    describedBy: taking({
      type: 'object',
      properties: {
        template: { type: 'string' },
        title: { type: 'string' },
        cwd: { type: 'string', description: 'The folder it goes to.' }
      }
    }),
    execute: args =>
      attempt(async () => {
        const { cwd, template } = args;
        const folder =
          typeof cwd === 'string' ? cwd : (browser?.model.path ?? '');
        const name =
          typeof template === 'string'
            ? template
            : await chosen(sessions, trans);
        if (name !== null) {
          await make(app, sessions, folder, name);
          await panel.show();
        }
      })
  });
}

/** The tutorials lead to each other: they are copied together, into a folder below the one that is shown. */
function addTutorials(
  app: JupyterFrontEnd,
  sessions: ISessions,
  browser: IDefaultFileBrowser | null,
  trans: TranslationBundle
): void {
  app.commands.addCommand(CommandIDs.tutorials, {
    label: trans.__('Tutorials'),
    caption: trans.__('Copy the tutorial notebooks here, and open the first'),
    icon: notebookIcon,
    describedBy: taking({
      type: 'object',
      properties: {
        cwd: { type: 'string', description: 'The folder they go below.' }
      }
    }),
    execute: ({ cwd }) =>
      attempt(async () => {
        const folder =
          typeof cwd === 'string' ? cwd : (browser?.model.path ?? '');
        const { start } = await sessions.api.tutorials(
          PathExt.join(folder, TUTORIALS)
        );
        await app.commands.execute('docmanager:open', {
          path: start,
          factory: 'Notebook'
        });
      })
  });
}

async function chosen(
  sessions: ISessions,
  trans: TranslationBundle
): Promise<string | null> {
  const templates = await sessions.api.templates();
  const { value } = await InputDialog.getItem({
    title: trans.__('New Dag Notebook'),
    items: templates.map(one => one.title)
  });
  return templates.find(one => one.title === value)?.name ?? null;
}

/** Save the template under the first name that is free, and open it. */
async function make(
  app: JupyterFrontEnd,
  sessions: ISessions,
  folder: string,
  name: string
): Promise<void> {
  const { notebook, file_name } = await sessions.api.template(name);
  const { contents } = app.serviceManager;
  const there = await contents.get(folder);
  const taken = new Set(
    (there.content as { name: string }[]).map(one => one.name)
  );
  const stem = PathExt.basename(file_name, '.ipynb');
  let free = `${stem}.ipynb`;
  for (let count = 2; taken.has(free); count += 1) {
    free = `${stem}_${count}.ipynb`;
  }
  const path = PathExt.join(folder, free);
  await contents.save(path, {
    type: 'notebook',
    format: 'json',
    content: notebook as never
  });
  await app.commands.execute('docmanager:open', { path, factory: 'Notebook' });
}
