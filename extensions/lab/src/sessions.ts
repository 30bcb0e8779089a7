/** Follows every notebook that is opened. */
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { Signal, type ISignal } from '@lumino/signaling';

import { Api } from './api.ts';
import { Jobs } from './jobs.ts';
import { NotebookSession } from './session.ts';
import type { ISessions } from './tokens.ts';

export class Sessions implements ISessions {
  constructor(private readonly _tracker: INotebookTracker) {
    _tracker.widgetAdded.connect((_, panel) => this._follow(panel));
    _tracker.currentChanged.connect(() =>
      this._currentChanged.emit(this.current)
    );
    _tracker.forEach(panel => this._follow(panel));
    this.jobs.socket.connect();
  }

  readonly api = new Api();
  readonly jobs = new Jobs(this.api);

  get current(): NotebookSession | null {
    const panel = this._tracker.currentWidget;
    return (panel && this._sessions.get(panel)) || null;
  }

  get currentChanged(): ISignal<ISessions, NotebookSession | null> {
    return this._currentChanged;
  }

  get opened(): ISignal<ISessions, NotebookSession> {
    return this._opened;
  }

  all(): NotebookSession[] {
    return [...this._sessions.values()];
  }

  of(panel: NotebookPanel): NotebookSession | undefined {
    return this._sessions.get(panel);
  }

  private _follow(panel: NotebookPanel): void {
    const session = new NotebookSession(panel, this.api, this.jobs);
    this._sessions.set(panel, session);
    panel.disposed.connect(() => this._sessions.delete(panel));
    this._opened.emit(session);
    if (panel === this._tracker.currentWidget) {
      this._currentChanged.emit(session);
    }
  }

  private readonly _sessions = new Map<NotebookPanel, NotebookSession>();
  private readonly _currentChanged = new Signal<
    ISessions,
    NotebookSession | null
  >(this);
  private readonly _opened = new Signal<ISessions, NotebookSession>(this);
}
