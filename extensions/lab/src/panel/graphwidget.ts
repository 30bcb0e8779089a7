/** The picture as a widget: it follows a session, and a session follows it. */
import {
  nullTranslator,
  type TranslationBundle
} from '@jupyterlab/translation';
import type { Message } from '@lumino/messaging';
import { Signal, type ISignal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';

import { DagView } from '../../../graph/src/index.ts';
import type { NotebookSession } from '../session.ts';
import { documentOf } from './graphdoc.ts';

export interface IPair {
  upstream: string;
  downstream: string;
}

export class GraphWidget extends Widget {
  constructor(trans: TranslationBundle = nullTranslator.load('mwaa_kit')) {
    super();
    this.addClass('jp-MwaaKit-graph');
    this.node.tabIndex = -1;
    this._view = new DagView(this.node, null, {
      gettext: trans.__.bind(trans),
      details: false,
      onSelect: taskId => this._session?.select(taskId),
      onOpen: task => this._opened.emit(task.task_id),
      onConnect: (upstream, downstream) =>
        this._connected.emit({ upstream, downstream })
    });
  }

  /** A task was opened: Enter, or a double click. */
  get opened(): ISignal<this, string> {
    return this._opened;
  }

  /** An edge was drawn. */
  get connected(): ISignal<this, IPair> {
    return this._connected;
  }

  get view(): DagView {
    return this._view;
  }

  set session(next: NotebookSession | null) {
    this._leave();
    this._session = next;
    next?.liveChanged.connect(this._read, this);
    next?.runChanged.connect(this._paint, this);
    next?.selectionChanged.connect(this._select, this);
    this._read();
  }

  /** Put the keyboard into the picture; while it is not drawn yet, the widget holds it, and only if it still does then, the picture gets it. */
  focus(): void {
    const item = this.node.querySelector<SVGElement>('.mk-item[tabindex="0"]');
    (item ?? this.node).focus();
  }

  override dispose(): void {
    this._leave();
    this._view.dispose();
    Signal.clearData(this);
    super.dispose();
  }

  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    this.focus();
  }

  private _leave(): void {
    this._session?.liveChanged.disconnect(this._read, this);
    this._session?.runChanged.disconnect(this._paint, this);
    this._session?.selectionChanged.disconnect(this._select, this);
  }

  /** Draw again only where the Dag is another one: most edits change no task. */
  private _read(): void {
    const dag = this._session?.dag;
    const document = dag ? documentOf(dag) : null;
    const drawn = JSON.stringify(document);
    if (drawn !== this._drawn) {
      this._drawn = drawn;
      const waits = this.node === this.node.ownerDocument.activeElement;
      this._view.update(document);
      this._painted = '';
      this._select();
      if (waits) {
        this.focus();
      }
    }
    this._paint();
  }

  private _paint(): void {
    const counts = this._session?.run?.counts() ?? {};
    const painted = JSON.stringify(counts);
    if (painted !== this._painted) {
      this._painted = painted;
      this._view.showStates(counts);
    }
  }

  private _select(): void {
    const selected = this._session?.selected ?? null;
    if (selected !== this._view.selected) {
      this._view.select(selected);
    }
  }

  private readonly _view: DagView;
  private readonly _opened = new Signal<this, string>(this);
  private readonly _connected = new Signal<this, IPair>(this);
  private _session: NotebookSession | null = null;
  private _drawn = '';
  private _painted = '';
}
