/** The runs of a notebook's own kernel (`%run_dag`): what the comm `mwaa.dag` pushes, as runs beside those of the server. */
import type { ISessionContext } from '@jupyterlab/apputils';
import type { Kernel } from '@jupyterlab/services';
import { Signal, type ISignal } from '@lumino/signaling';

import { RunState } from './runstate.ts';
import type { IEvent } from './wire.ts';

const TARGET = 'mwaa.dag';
const KEPT = 20;

export class KernelRuns {
  /** `path`: where the notebook is now. */
  constructor(
    private readonly _context: ISessionContext,
    private readonly _path: () => string
  ) {
    _context.kernelChanged.connect(this._follow, this);
    this._follow(_context, { newValue: _context.session?.kernel ?? null });
  }

  /** A run of the kernel began, moved on, or ended. */
  get changed(): ISignal<this, RunState> {
    return this._changed;
  }

  /** Newest first. */
  get runs(): readonly RunState[] {
    return this._runs;
  }

  has(run: RunState): boolean {
    return this._runs.includes(run);
  }

  /** The kernel's own interrupt: it arrives though the cell has the kernel. */
  async cancel(run: RunState): Promise<void> {
    run.cancelling = true;
    this._changed.emit(run);
    await this._context.session?.kernel?.interrupt();
  }

  dispose(): void {
    this._context.kernelChanged.disconnect(this._follow, this);
    Signal.clearData(this);
  }

  /** A kernel that is new, or has started anew, knows no target; a run of the old one has ended with it. */
  private _follow(
    _: ISessionContext,
    { newValue }: { newValue: Kernel.IKernelConnection | null }
  ): void {
    for (const run of this._runs) {
      this._end(run);
    }
    newValue?.registerCommTarget(TARGET, comm => {
      const run = this._begin(comm.commId);
      comm.onMsg = message => {
        const { events } = message.content.data as unknown as {
          events: IEvent[];
        };
        for (const event of events) {
          run.take({
            op: 'event',
            job: run.job.id,
            kind: 'run',
            seq: run.seq + 1,
            event
          });
        }
        this._changed.emit(run);
      };
      comm.onClose = () => this._end(run);
    });
  }

  private _begin(id: string): RunState {
    const run = new RunState({
      id: `kernel-${id}`,
      kind: 'run',
      path: this._path(),
      state: 'running',
      started_at: new Date().toISOString(),
      ended_at: null,
      last: 0,
      first: 0,
      dag_id: null,
      run_id: null,
      cancelling: false,
      error: null,
      request: {}
    });
    run.isJob = false;
    this._runs = [run, ...this._runs].slice(0, KEPT);
    this._changed.emit(run);
    return run;
  }

  /** A run that its kernel has left without an end did not succeed. */
  private _end(run: RunState): void {
    if (run.running) {
      run.state = 'cancelled';
      run.cancelling = false;
      this._changed.emit(run);
    }
  }

  private _runs: RunState[] = [];
  private readonly _changed = new Signal<this, RunState>(this);
}
