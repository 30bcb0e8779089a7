/** What a run has come to, from its events alone: states, logs, values. Knows no document and no network. */
import type {
  IEnvelope,
  IEvent,
  IJob,
  IOnRecord,
  IProblem,
  IQuestion,
  IRecordedDetail
} from './wire.ts';

export interface IInstance {
  task_id: string;
  map_index: number;
  try_number: number;
  state: string;
  reason: string;
  /** What to do next about the error; empty where nothing is known. */
  hint: string;
  reused: boolean;
  started: number | null;
  ended: number | null;
}

export interface ILogLine {
  task_id: string;
  map_index: number;
  level: string;
  message: string;
}

export interface ILeft {
  task_id: string;
  map_index: number;
  key: string;
  type: string;
  bytes: number;
}

/** Where a task failed, as it was counted when it ran. */
export interface IFailedAt extends IInstance {
  cell: number;
  line: number;
}

/** How many lines of log are kept for each run; older ones are in the run's record. */
export const LOG_LIMIT = 5_000;

const ENDED = new Set([
  'success',
  'failed',
  'skipped',
  'upstream_failed',
  'removed'
]);

/** What a task is while it has asked a person; `deferred` before Airflow 3.3. */
const ASKING = new Set(['awaiting_input', 'deferred']);

const UNDER_WAY = new Set([
  'awaiting_input',
  'running',
  'deferred',
  'restarting',
  'up_for_reschedule',
  'up_for_retry'
]);

export class RunState {
  constructor(job: IJob) {
    this.job = job;
    this.state = job.state;
  }

  /** As it was when it was met; what came of it is below. */
  job: IJob;

  /** `running`, `success`, `failed` or `cancelled`. */
  state: string;
  runId = '';
  dagId = '';
  cancelling = false;
  /** Whether the server knows it as a job; else it is in the record only. */
  isJob = true;
  /** The last event that was taken. */
  seq = 0;
  dropped = 0;
  readonly tasks: string[] = [];
  readonly instances = new Map<string, IInstance>();
  readonly log: ILogLine[] = [];
  readonly left: ILeft[] = [];
  private readonly _questions = new Map<string, IQuestion>();
  /** What a publish or the practice MWAA said of its steps. */
  readonly steps: string[] = [];
  /** What a publish or the practice MWAA came to. */
  answer: Record<string, unknown> = {};

  /** Take one event; tell whether it was new. */
  take({ seq, event }: IEnvelope): boolean {
    if (seq <= this.seq) {
      return false;
    }
    this.seq = seq;
    switch (event.event) {
      case 'run_started':
        this.runId = event.run_id ?? '';
        this.dagId = event.dag_id ?? '';
        this.tasks.splice(0, this.tasks.length, ...(event.tasks ?? []));
        break;
      case 'task_state':
        this._takeState(event);
        break;
      case 'question':
        this._questions.set(keyOf(event), event as unknown as IQuestion);
        break;
      case 'log':
        this._takeLog(event);
        break;
      case 'xcom':
        this.left.push(leftBy(event));
        break;
      case 'run_finished':
        this._takeEnd(event);
        break;
      case 'job_finished':
        this.state = event.state ?? 'failed';
        this.cancelling = false;
        this._takeAnswer(event);
        break;
      default:
        if (event.message && event.message !== this.steps.at(-1)) {
          this.steps.push(event.message);
        }
    }
    return true;
  }

  /** What tasks are asking now, the oldest question first. */
  get questions(): IQuestion[] {
    return this.running && this.isJob ? [...this._questions.values()] : [];
  }

  get running(): boolean {
    return this.state === 'running';
  }

  get onRecord(): IOnRecord {
    const { id, path } = this.job;
    return this.isJob || path === null ? { id } : { id: this.runId, path };
  }

  /** By task_id: how many of its instances are in each state. */
  counts(): Record<string, Record<string, number>> {
    const found: Record<string, Record<string, number>> = {};
    for (const { task_id, state } of this.instances.values()) {
      const counts = (found[task_id] ??= {});
      counts[state] = (counts[state] ?? 0) + 1;
    }
    return found;
  }

  of(taskId: string): IInstance[] {
    return [...this.instances.values()]
      .filter(one => one.task_id === taskId)
      .sort((a, b) => a.map_index - b.map_index);
  }

  /** The places in the notebook where tasks of this run failed. */
  failures(): IFailedAt[] {
    return [...this.instances.values()].flatMap(one => {
      const place =
        one.state === 'failed' &&
        /\(cell (\d+), line (\d+)\)$/.exec(one.reason);
      return place
        ? [{ ...one, cell: Number(place[1]), line: Number(place[2]) }]
        : [];
    });
  }

  /**
   * The server does not know it any more. How it ended is on record, if anybody came to write that; a task that nothing
   * says the end of was killed with the server.
   */
  lose(recorded?: IRecordedDetail): void {
    const ended = recorded?.task_instances ?? [];
    for (const one of ended) {
      this._instance(one).state = one.state ?? 'none';
    }
    for (const one of this.instances.values()) {
      if (UNDER_WAY.has(one.state)) {
        one.state = 'failed';
        one.reason = 'It was killed with the server.';
      }
    }
    this.isJob = false;
    this.state = recorded?.cancelled ? 'cancelled' : 'failed';
    this.cancelling = false;
    const error = {
      name: 'LostError',
      message: 'The server was started anew while this was running.',
      hint: 'Resume it, or run it again.'
    };
    this.job = { ...this.job, error };
  }

  private _takeAnswer(event: IEvent): void {
    const { error, answer, at } = event as IEvent & {
      error?: IProblem | null;
      answer?: Record<string, unknown> | null;
    };
    const ended_at = at ?? null;
    this.answer = answer ?? {};
    this.job = { ...this.job, error: error ?? null, ended_at };
  }

  private _takeState(event: IEvent): void {
    const one = this._instance(event);
    const at = event.at ? Date.parse(event.at) : null;
    one.state = event.state ?? 'none';
    if (!ASKING.has(one.state)) {
      this._questions.delete(keyOf(event));
    }
    one.try_number = event.try_number ?? one.try_number;
    one.reason = event.reason ?? '';
    one.hint = event.hint ?? '';
    one.reused ||= /^(reused|taken over) from /.test(one.reason);
    if (one.state === 'running' && one.started === null) {
      one.started = at;
    }
    if (ENDED.has(one.state)) {
      one.ended = at;
    }
  }

  private _instance(event: Pick<IEvent, 'task_id' | 'map_index'>): IInstance {
    const { task_id = '', map_index = -1 } = event;
    const key = keyOf(event);
    let found = this.instances.get(key);
    if (!found) {
      found = {
        task_id,
        map_index,
        try_number: 0,
        state: 'none',
        reason: '',
        hint: '',
        reused: false,
        started: null,
        ended: null
      };
      this.instances.set(key, found);
    }
    return found;
  }

  private _takeLog(event: IEvent): void {
    this.log.push({
      task_id: event.task_id ?? '',
      map_index: event.map_index ?? -1,
      level: event.level ?? 'info',
      message: event.message ?? ''
    });
    if (this.log.length > LOG_LIMIT) {
      this.dropped += this.log.length - LOG_LIMIT;
      this.log.splice(0, this.log.length - LOG_LIMIT);
    }
  }

  /** The last line says once more how each instance ended, also those that never began. */
  private _takeEnd(event: IEvent): void {
    this.state = event['cancelled'] ? 'cancelled' : (event.state ?? 'failed');
    const ended = event['task_instances'];
    for (const one of Array.isArray(ended) ? (ended as IEvent[]) : []) {
      const instance = this._instance(one);
      instance.state = one.state ?? 'none';
      instance.reused = one['reused'] === true;
    }
  }
}

function keyOf(one: Pick<IEvent, 'task_id' | 'map_index'>): string {
  return `${one.task_id ?? ''}\n${one.map_index ?? -1}`;
}

function leftBy(event: IEvent): ILeft {
  return {
    task_id: event.task_id ?? '',
    map_index: event.map_index ?? -1,
    key: event.key ?? '',
    type: event.type ?? '',
    bytes: event.bytes ?? 0
  };
}
