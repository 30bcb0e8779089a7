/** The Dag panel beside the notebook. */
import {
  ILabShell,
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import {
  CommandToolbarButton,
  ICommandPalette,
  WidgetTracker
} from '@jupyterlab/apputils';
import { NotebookActions } from '@jupyterlab/notebook';
import {
  ITranslator,
  nullTranslator,
  type TranslationBundle
} from '@jupyterlab/translation';
import { treeViewIcon } from '@jupyterlab/ui-components';

import { A_TASK, NOTHING, taking } from '../commands/args.ts';
import { CommandIDs } from '../commands/ids.ts';
import { attempt, taskOf } from '../commands/running.ts';
import { DagPanel } from '../panel/dagpanel.ts';
import { IDagPanel, ISessions, type IDagTab } from '../tokens.ts';

const TOOLBAR = [
  CommandIDs.runDag,
  CommandIDs.cancelRun,
  CommandIDs.resumeRun,
  CommandIDs.check,
  CommandIDs.publish
];

export const graph: JupyterFrontEndPlugin<IDagPanel> = {
  id: 'mwaa-kit:graph',
  description: 'Shows the Dag beside its notebook, following every edit.',
  autoStart: true,
  requires: [ISessions],
  optional: [ILayoutRestorer, ICommandPalette, ILabShell, ITranslator],
  provides: IDagPanel,
  activate: (
    app,
    sessions: ISessions,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null,
    shell: ILabShell | null,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load('mwaa_kit');
    const opener = new PanelOpener(app, sessions, trans, shell !== null);
    addCommands(app, sessions, opener, trans);
    palette?.addItem({
      command: CommandIDs.showDag,
      category: trans.__('Dag')
    });
    void restorer?.restore(opener.tracker, {
      command: CommandIDs.showDag,
      name: () => 'dag'
    });
    return opener;
  }
};

/** Opens the one panel, wherever this front end has a place for it. */
class PanelOpener implements IDagPanel {
  constructor(
    private readonly _app: JupyterFrontEnd,
    private readonly _sessions: ISessions,
    private readonly _trans: TranslationBundle,
    private readonly _isLab: boolean
  ) {}

  readonly tracker = new WidgetTracker<DagPanel>({ namespace: 'mwaa-kit-dag' });

  add(tab: IDagTab): void {
    this._tabs.push(tab);
    this._panel?.refreshTabs();
  }

  get panel(): DagPanel | null {
    return this._panel;
  }

  async show(tabId?: string): Promise<void> {
    const panel = this._panel ?? this._make();
    if (!panel.isAttached) {
      const beside = this._sessions.current?.panel.id;
      const place = this._isLab ? 'main' : 'right';
      this._app.shell.add(panel, place, {
        mode: 'split-right',
        ...(beside ? { ref: beside } : {})
      });
    }
    this._app.shell.activateById(panel.id);
    if (tabId) {
      panel.showTab(tabId);
    }
    await this.tracker.add(panel).catch(() => undefined); // it is there already
  }

  private _make(): DagPanel {
    const panel = new DagPanel(this._sessions, this._tabs, this._trans);
    const { commands } = this._app;
    for (const id of TOOLBAR) {
      panel.toolbar.addItem(id, new CommandToolbarButton({ commands, id }));
    }
    panel.graph.opened.connect((_, task_id) => {
      void commands.execute(CommandIDs.openCell, { task_id });
    });
    panel.graph.connected.connect((_, pair) => {
      void attempt(async () => panel.session?.edit({ do: 'connect', ...pair }));
    });
    panel.disposed.connect(() => (this._panel = null));
    this._panel = panel;
    return panel;
  }

  private readonly _tabs: IDagTab[] = [];
  private _panel: DagPanel | null = null;
}

function addCommands(
  app: JupyterFrontEnd,
  sessions: ISessions,
  opener: PanelOpener,
  trans: TranslationBundle
): void {
  app.commands.addCommand(CommandIDs.showDag, {
    label: trans.__('Show Dag'),
    caption: trans.__('Show the Dag beside the notebook'),
    icon: treeViewIcon,
    describedBy: taking(NOTHING),
    execute: () => opener.show()
  });
  app.commands.addCommand(CommandIDs.openCell, {
    label: trans.__('Go to the Cell of the Task'),
    describedBy: taking(A_TASK),
    isEnabled: args => taskOf(sessions.current, args['task_id']) !== null,
    execute: async args => {
      const session = opener.panel?.session ?? sessions.current;
      const taskId = taskOf(session, args['task_id']);
      const cell = taskId === null ? undefined : session?.cellOf(taskId);
      if (session && cell) {
        app.shell.activateById(session.panel.id);
        const { content } = session.panel;
        content.activeCellIndex = cell.index;
        await content.scrollToItem(cell.index, 'smart');
        NotebookActions.focusActiveCell(content);
      }
    }
  });
}
