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
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import {
  ITranslator,
  nullTranslator,
  type TranslationBundle
} from '@jupyterlab/translation';
import { treeViewIcon } from '@jupyterlab/ui-components';

import { A_TASK, NOTHING, taking } from '../commands/args.ts';
import { CommandIDs } from '../commands/ids.ts';
import { taskOf } from '../commands/running.ts';
import { attempt } from '../telling.ts';
import { DagPanel } from '../panel/dagpanel.ts';
import type { NotebookSession } from '../session.ts';
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
  optional: [
    ILayoutRestorer,
    ICommandPalette,
    ILabShell,
    ISettingRegistry,
    ITranslator
  ],
  provides: IDagPanel,
  activate: (
    app,
    sessions: ISessions,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null,
    shell: ILabShell | null,
    registry: ISettingRegistry | null,
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
    void registry
      ?.load('mwaa-kit:graph')
      .then(settings => openWithDag(sessions, opener, settings));
    return opener;
  }
};

/** Where the user wants it so, show the Dag of a notebook once it is opened and read. */
function openWithDag(
  sessions: ISessions,
  opener: PanelOpener,
  settings: ISettingRegistry.ISettings
): void {
  const follow = (session: NotebookSession): void => {
    const first = (): void => {
      session.liveChanged.disconnect(first);
      if (settings.composite['openWithDag'] === true && session.dag) {
        void opener.show();
      }
    };
    session.liveChanged.connect(first);
  };
  sessions.opened.connect((_, session) => follow(session));
  sessions.all().forEach(follow);
}

/** Opens the one panel, wherever this front end has a place for it. */
class PanelOpener implements IDagPanel {
  constructor(
    private readonly _app: JupyterFrontEnd,
    private readonly _sessions: ISessions,
    private readonly _trans: TranslationBundle,
    private readonly _isLab: boolean
  ) {
    _sessions.currentChanged.connect((_, next) => this._keepBeside(next));
  }

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

  /** JupyterLab opens a notebook on top of what is active; where that is the panel, put it with the other notebooks instead. */
  private _keepBeside(next: NotebookSession | null): void {
    const [panel, last] = [this._panel, this._last];
    this._last = next ?? last;
    const covers =
      this._isLab &&
      next?.panel.isVisible &&
      panel?.isAttached &&
      !panel.isVisible &&
      panel.parent === next.panel.parent;
    if (!covers) {
      return;
    }
    if (last?.panel.isAttached && last !== next) {
      const place = { mode: 'tab-after', ref: last.panel.id } as const;
      this._app.shell.add(next.panel, 'main', place);
      this._app.shell.activateById(panel.id);
      this._app.shell.activateById(next.panel.id);
    } else {
      const place = { mode: 'split-right', ref: next.panel.id } as const;
      this._app.shell.add(panel, 'main', { ...place, activate: false });
    }
  }

  private _make(): DagPanel {
    const panel = new DagPanel(
      this._sessions,
      this._tabs,
      task_id =>
        void this._app.commands.execute(CommandIDs.answer, { task_id }),
      this._trans
    );
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
  private _last: NotebookSession | null = null;
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
