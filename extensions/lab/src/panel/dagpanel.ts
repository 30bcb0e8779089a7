/** The panel beside a notebook: the picture on top, below it the views that the features add. */
import type { TranslationBundle } from '@jupyterlab/translation';
import {
  ReactiveToolbar,
  ReactWidget,
  treeViewIcon
} from '@jupyterlab/ui-components';
import { MessageLoop, type Message } from '@lumino/messaging';
import { PanelLayout, SplitPanel, TabPanel, Widget } from '@lumino/widgets';

import type { NotebookSession } from '../session.ts';
import type { IDagTab, ISessions } from '../tokens.ts';
import { GraphWidget } from './graphwidget.ts';
import { statusLine } from './statusline.tsx';

export class DagPanel extends Widget {
  constructor(
    private readonly _sessions: ISessions,
    private readonly _tabs: readonly IDagTab[],
    answer: (taskId: string) => void,
    trans: TranslationBundle
  ) {
    super();
    this.id = 'mwaa-kit-dag';
    this.addClass('jp-MwaaKit-panel');
    this.title.label = trans.__('Dag');
    this.title.icon = treeViewIcon;
    this.title.closable = true;
    this._status = ReactWidget.create(
      statusLine(_sessions, () => this._session, answer, trans)
    );
    const layout = new PanelLayout(); // one below the other, as the style says
    layout.addWidget(this.toolbar);
    layout.addWidget(this._status);
    layout.addWidget(this._body);
    this.layout = layout;
    this.toolbar.node.setAttribute('aria-label', trans.__('Dag'));
    this._body.addClass('jp-MwaaKit-body');
    this._graph = new GraphWidget(trans);
    this._views.addClass('jp-MwaaKit-views');
    this._body.addWidget(this._graph);
    this._body.addWidget(this._views);
    this._body.setRelativeSizes([3, 2]);
    this._sizing.observe(this._body.node);
    _sessions.currentChanged.connect(this._follow, this);
    this._follow();
  }

  /** What finds no room in it goes behind its last button. */
  readonly toolbar = new ReactiveToolbar();

  /** The notebook that is shown: the current one, or the last that was. */
  get session(): NotebookSession | null {
    return this._session;
  }

  get graph(): GraphWidget {
    return this._graph;
  }

  /** Show one of the lower views. */
  showTab(id: string): void {
    const index = this._sorted().findIndex(tab => tab.id === id);
    if (index >= 0) {
      this._views.currentIndex = index;
      const tab = this._views.tabBar.contentNode.children[index];
      tab?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    }
  }

  /** A feature added a view. */
  refreshTabs(): void {
    this._fill();
  }

  override dispose(): void {
    this._sizing.disconnect();
    this._sessions.currentChanged.disconnect(this._follow, this);
    super.dispose();
  }

  /** A `PanelLayout` tells no sizes; the toolbar asks for its own before it puts buttons behind its last. */
  protected override onResize(message: Widget.ResizeMessage): void {
    super.onResize(message);
    const { offsetWidth, offsetHeight } = this.toolbar.node;
    MessageLoop.postMessage(
      this.toolbar,
      new Widget.ResizeMessage(offsetWidth, offsetHeight)
    );
  }

  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    this._graph.focus();
  }

  /** Another notebook is looked at; with none, what is shown stays until its notebook is closed. */
  private _follow(): void {
    const next = this._sessions.current;
    if (next === this._session || (!next && this._session)) {
      return;
    }
    this._session = next;
    this._graph.session = next;
    next?.panel.disposed.connect(() => {
      if (this._session === next) {
        this._session = null;
        this._graph.session = null;
        this._fill();
      }
    });
    this.title.caption = next ? next.path : '';
    this._fill();
  }

  private _fill(): void {
    const shown = this._views.currentWidget?.title.owner.id;
    for (const old of [...this._views.widgets]) {
      old.dispose();
    }
    const session = this._session;
    this._views.setHidden(!session);
    if (!session) {
      return;
    }
    for (const tab of this._sorted()) {
      const view = tab.create(session);
      view.id = `mwaa-kit-view-${tab.id}`;
      view.title.label ||= tab.label;
      this._views.addWidget(view);
      if (view.id === shown) {
        this._views.currentWidget = view;
      }
    }
  }

  private _sorted(): IDagTab[] {
    return [...this._tabs].sort((a, b) => a.rank - b.rank);
  }

  /** The line above the picture grows and shrinks with what it says. */
  private readonly _sizing = new ResizeObserver(() =>
    MessageLoop.postMessage(this._body, Widget.ResizeMessage.UnknownSize)
  );
  private readonly _body = new SplitPanel({ orientation: 'vertical' });
  private readonly _views = new TabPanel({ tabPlacement: 'top' });
  private readonly _graph: GraphWidget;
  private readonly _status: Widget;
  private _session: NotebookSession | null = null;
}
