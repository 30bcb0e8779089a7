/** The jobs of the server that this page follows: runs, publishes, the practice MWAA. */
import { Signal, type ISignal } from '@lumino/signaling';

import type { Api } from './api.ts';
import { RunState } from './runstate.ts';
import { EventSocket } from './socket.ts';
import type { FromSocket, IEnvelope, IJob } from './wire.ts';

/** Changes within so many milliseconds are told together. */
const TOGETHER = 30;

export class Jobs {
  constructor(private readonly _api: Api) {
    this.socket = new EventSocket(
      () => _api.events(),
      () => this._seen()
    );
    this.socket.message.connect((_, message) => this._take(message));
    this.socket.connectedChanged.connect((_, connected) => {
      if (connected) {
        void this.refresh();
      }
    });
  }

  readonly socket: EventSocket;

  /** An event of a job was taken. */
  get event(): ISignal<this, IEnvelope> {
    return this._event;
  }

  /** A job changed: it began, moved on, or ended. */
  get changed(): ISignal<this, RunState> {
    return this._changed;
  }

  get(id: string): RunState | undefined {
    return this._jobs.get(id);
  }

  /** The jobs of a notebook, newest first. */
  for(path: string, kind: string): RunState[] {
    return this._newestFirst(kind).filter(one => one.job.path === path);
  }

  all(): RunState[] {
    return [...this._jobs.values()];
  }

  /** The practice MWAA's newest job, whichever notebook asked for it. */
  get practice(): RunState | undefined {
    return this._newestFirst('practice')[0];
  }

  /** Take note of a job that was just begun here. */
  adopt(job: IJob): RunState {
    const known = this._jobs.get(job.id) ?? new RunState(job);
    this._jobs.set(job.id, known);
    this._changed.emit(known);
    return known;
  }

  /** Ask the server for its jobs: after a reload they are all there still. */
  async refresh(): Promise<void> {
    const there = await this._api.jobs();
    there.forEach(job => this.adopt(job));
    const ids = new Set(there.map(job => job.id));
    for (const [id, job] of this._jobs) {
      if (job.running && !ids.has(id)) {
        await this._lose(job); // the server was started anew and does not know it
      }
    }
  }

  private _newestFirst(kind: string): RunState[] {
    return this.all()
      .filter(one => one.job.kind === kind)
      .sort((a, b) => b.job.started_at.localeCompare(a.job.started_at));
  }

  private async _lose(job: RunState): Promise<void> {
    const { path } = job.job;
    const recorded =
      path && job.runId
        ? await this._api.recordedRun(path, job.runId).catch(() => undefined)
        : undefined;
    job.lose(recorded);
    this._changed.emit(job);
  }

  async cancel(id: string): Promise<void> {
    const job = this._jobs.get(id);
    if (job) {
      job.cancelling = true;
      this._changed.emit(job);
    }
    await this._api.cancel(id);
  }

  dispose(): void {
    window.clearTimeout(this._timer);
    this.socket.dispose();
    Signal.clearData(this);
  }

  private _seen(): Record<string, number> {
    return Object.fromEntries(
      [...this._jobs].map(([id, { seq }]) => [id, seq])
    );
  }

  private _take(message: FromSocket): void {
    if (message.op === 'gap') {
      void this._reread(message.job, message.to);
    }
    if (message.op !== 'event') {
      return;
    }
    const job = this._jobs.get(message.job);
    const waiting = this._waiting.get(message.job);
    if (waiting) {
      waiting.push(message);
    } else if (job) {
      this._give(job, message);
    } else {
      void this._meet(message);
    }
  }

  private _give(job: RunState, message: IEnvelope): void {
    if (job.take(message)) {
      this._event.emit(message);
      this._tell(job);
    }
  }

  /** A job that was begun elsewhere, such as in another window: its events wait, in order, until it is known. */
  private async _meet(message: IEnvelope): Promise<void> {
    const waiting = [message];
    this._waiting.set(message.job, waiting);
    try {
      const { job } = await this._api.job(message.job);
      const known = this.adopt(job);
      waiting.forEach(one => this._give(known, one));
    } finally {
      this._waiting.delete(message.job);
    }
  }

  /** Tell of a change, at most once in a while: a run of many tasks has thousands of events. */
  private _tell(job: RunState): void {
    if (!this._told.size) {
      this._timer = window.setTimeout(() => {
        const told = [...this._told];
        this._told.clear();
        told.forEach(one => this._changed.emit(one));
      }, TOGETHER);
    }
    this._told.add(job);
  }

  /** Some events are no longer kept: take the states as they are now. */
  private async _reread(id: string, to: number): Promise<void> {
    const detail = await this._api.job(id);
    const fresh = new RunState(detail.job);
    fresh.seq = to;
    for (const one of detail.task_instances) {
      fresh.instances.set(`${one.task_id}\n${one.map_index}`, {
        ...one,
        state: one.state ?? 'none',
        reason: one.error ?? '',
        hint: one.hint ?? '',
        reused: one.reused ?? false,
        started: null,
        ended: null
      });
    }
    this._jobs.set(id, fresh);
    this._changed.emit(fresh);
  }

  private readonly _waiting = new Map<string, IEnvelope[]>();
  private readonly _told = new Set<RunState>();
  private _timer = 0;
  private readonly _jobs = new Map<string, RunState>();
  private readonly _event = new Signal<this, IEnvelope>(this);
  private readonly _changed = new Signal<this, RunState>(this);
}
