/** One open notebook, followed: what it says as a Dag, and what its runs have come to. */
import {
  NotebookActions,
  type Notebook,
  type NotebookPanel
} from '@jupyterlab/notebook';
import { Signal, type ISignal } from '@lumino/signaling';

import type { Api } from './api.ts';
import { Asked } from './asked.ts';
import { cellsIn, makeEdits } from './editor.ts';
import type { Jobs } from './jobs.ts';
import { KernelRuns } from './kernelruns.ts';
import type { RunState } from './runstate.ts';
import { problemOf } from './telling.ts';
import type * as wire from './wire.ts';

/** How long typing must rest before Airflow is asked, in milliseconds. The notebook's text is read at once: see `_read`. */
const REST_AIRFLOW = 600;

/** The new cells, but the old object for each that says the same: who shows it need not draw it again. */
function keptAlike(
  cells: wire.ILiveCell[],
  before: readonly wire.ILiveCell[]
): wire.ILiveCell[] {
  const known = new Map(before.map(cell => [cell.id, cell]));
  return cells.map(cell => {
    const old = known.get(cell.id);
    return old && JSON.stringify(old) === JSON.stringify(cell) ? old : cell;
  });
}

export class NotebookSession {
  constructor(
    readonly panel: NotebookPanel,
    readonly api: Api,
    readonly jobs: Jobs
  ) {
    void panel.context.ready.then(() => {
      if (!this._disposed) {
        panel.context.model.contentChanged.connect(this._edited, this);
        this._edited();
      }
    });
    this.kernelRuns = new KernelRuns(panel.sessionContext, () => this.path);
    this.kernelRuns.changed.connect(this._kernelRunChanged, this);
    jobs.changed.connect(this._jobChanged, this);
    jobs.socket.connectedChanged.connect(this._reconnected, this);
    NotebookActions.executed.connect(this._executed, this);
    panel.disposed.connect(() => this.dispose());
  }

  /** What is asked and not answered yet. */
  readonly asked = new Asked();
  /** The runs that its own kernel does, by %run_dag. */
  readonly kernelRuns: KernelRuns;
  /** What the notebook says now; null before the first answer. */
  live: wire.ILive | null = null;
  /** What Airflow makes of it; null while it is not known, or no longer that of this text. */
  airflow: wire.IAirflowView | null = null;
  /** Why the notebook cannot be followed. */
  problem: wire.IProblem | null = null;

  get liveChanged(): ISignal<this, void> {
    return this._liveChanged;
  }

  /** The run that is shown moved on, or another one is shown. */
  get runChanged(): ISignal<this, RunState | null> {
    return this._runChanged;
  }

  get selectionChanged(): ISignal<this, string | null> {
    return this._selectionChanged;
  }

  get path(): string {
    return this.panel.context.localPath;
  }

  /** The language of a notebook that cannot be a Dag; null for Python, and while it is not known. */
  get foreign(): string | null {
    const language = this.panel.context.model.defaultKernelLanguage;
    return language && language !== 'python' ? language : null;
  }

  /** The task that is selected in the picture or by the active cell. */
  get selected(): string | null {
    return this._selected;
  }

  select(taskId: string | null): void {
    if (taskId !== this._selected) {
      this._selected = taskId;
      this._selectionChanged.emit(taskId);
    }
  }

  /** The Dags, by Airflow where it has answered for this very text. */
  get dags(): wire.IDag[] {
    const airflow = this.airflow;
    return airflow?.dags.length && airflow.sha256 === this.live?.sha256
      ? airflow.dags
      : (this.live?.dags ?? []);
  }

  /** The Dag that is looked at. */
  get dag(): wire.IDag | null {
    const dags = this.dags;
    return dags.find(dag => dag.dag_id === this._dagId) ?? dags[0] ?? null;
  }

  chooseDag(dagId: string): void {
    this._dagId = dagId;
    this._liveChanged.emit();
  }

  cellOf(taskId: string): wire.ILiveCell | undefined {
    return this.live?.cells.find(cell => cell.task_ids.includes(taskId));
  }

  cellWith(id: string): wire.ILiveCell | undefined {
    return this.live?.cells.find(cell => cell.id === id);
  }

  /** The run that is painted: the newest one, unless another was chosen. */
  get run(): RunState | null {
    return this._run ?? this.runs[0] ?? null;
  }

  /** The runs of the server and of the kernel, newest first. */
  get runs(): RunState[] {
    const all = [...this.jobs.for(this.path, 'run'), ...this.kernelRuns.runs];
    return all.sort((a, b) => b.job.started_at.localeCompare(a.job.started_at));
  }

  /** Whether a run is asked for, or the one that is shown goes on: no other one is started then. */
  get busy(): boolean {
    return this.asked.has('run') || Boolean(this.run?.running);
  }

  async cancel(run: RunState): Promise<void> {
    await (this.kernelRuns.has(run)
      ? this.kernelRuns.cancel(run)
      : this.jobs.cancel(run.job.id));
  }

  showRun(run: RunState | null): void {
    this._run = run;
    this._runChanged.emit(this.run);
  }

  /** The notebook as it is in the editor. */
  document(): wire.IDocument {
    const cells = cellsIn(this.panel);
    return { path: this.path, cells, revision: this._revision };
  }

  /** Ask for an edit and make it in the editor; return what was said about it. */
  async edit(edit: wire.Edit): Promise<string[]> {
    const found = await this.api.edits(this.document(), edit);
    makeEdits(this.panel, found);
    return found.notes;
  }

  /** Save, then start a run of what was saved. */
  async start(options: Omit<wire.IRunRequest, 'path'> = {}): Promise<void> {
    await this.asked.during('run', async () => {
      await this.panel.context.save();
      const dag = this.dag;
      const dagId = dag && this.dags.length > 1 ? { dag_id: dag.dag_id } : {};
      const request = { path: this.path, ...dagId, ...options };
      const job = await this.api.startRun(request);
      this._run = null;
      this._trust();
      this.jobs.adopt(job);
    });
  }

  dispose(): void {
    if (this._disposed) {
      return;
    }
    this._disposed = true;
    window.clearTimeout(this._timer);
    window.clearTimeout(this._airflowTimer);
    this.jobs.changed.disconnect(this._jobChanged, this);
    this.jobs.socket.connectedChanged.disconnect(this._reconnected, this);
    this.kernelRuns.dispose();
    NotebookActions.executed.disconnect(this._executed, this);
    Signal.clearData(this);
  }

  /** The server is there again: what was asked meanwhile got no answer. */
  private _reconnected(_: unknown, connected: boolean): void {
    if (connected && this.problem) {
      this._edited();
    }
  }

  private _edited(): void {
    this._revision += 1;
    window.clearTimeout(this._timer);
    window.clearTimeout(this._airflowTimer);
    if (this.foreign === null) {
      this._timer = window.setTimeout(() => void this._read());
    }
  }

  /** Read the notebook; while an answer is awaited, the next question waits for it. */
  private async _read(): Promise<void> {
    if (this._asking) {
      return;
    }
    this._asking = true;
    const asked = this._revision;
    try {
      const live = await this.api.live(this.document());
      const cells = keptAlike(live.cells, this.live?.cells ?? []);
      this.live = { ...live, cells };
      this.problem = this.live.problem;
    } catch (error) {
      this.problem = problemOf(error);
    }
    this._asking = false;
    if (this._disposed) {
      return;
    }
    this._liveChanged.emit();
    if (asked !== this._revision) {
      void this._read();
    } else {
      this._planToAsk(asked);
    }
  }

  /** The user ran something of this notebook: only from then on does Airflow import it, which runs code at module level. */
  private _trust(): void {
    if (!this._trusted) {
      this._trusted = true;
      this._planToAsk(this._revision);
    }
  }

  private _executed(_: unknown, { notebook }: { notebook: Notebook }): void {
    if (notebook === this.panel.content) {
      this._trust();
    }
  }

  private _planToAsk(asked: number): void {
    window.clearTimeout(this._airflowTimer);
    if (this._trusted && this.live?.source) {
      this._airflowTimer = window.setTimeout(
        () => void this._askAirflow(asked),
        REST_AIRFLOW
      );
    }
  }

  private async _askAirflow(asked: number): Promise<void> {
    if (this.airflow && this.airflow.sha256 === this.live?.sha256) {
      return;
    }
    try {
      const view = await this.api.airflowView(this.document());
      if (asked === this._revision && !this._disposed) {
        this.airflow = view;
        this._liveChanged.emit();
      }
    } catch {
      this.airflow = null; // the picture from the notebook stands; the next edit asks again
    }
  }

  private _jobChanged(_: Jobs, job: RunState): void {
    if (job.job.kind === 'run' && job === this.run) {
      this._runChanged.emit(job);
    }
  }

  private _kernelRunChanged(_: KernelRuns, run: RunState): void {
    if (run === this.run) {
      this._runChanged.emit(run);
    }
  }

  private readonly _liveChanged = new Signal<this, void>(this);
  private readonly _runChanged = new Signal<this, RunState | null>(this);
  private readonly _selectionChanged = new Signal<this, string | null>(this);
  private _selected: string | null = null;
  private _dagId: string | null = null;
  private _run: RunState | null = null;
  private _revision = 0;
  private _asking = false;
  private _trusted = false;
  private _disposed = false;
  private _timer = 0;
  private _airflowTimer = 0;
}
