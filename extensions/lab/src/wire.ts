/**
 * What the server extension says and hears: the shapes of mwaa_kit/server/openapi.json, which has the words on each key. A
 * list in more than 300 lines, in the order of the contract.
 */

export const WIRE = 1;

export interface IProblem {
  name: string;
  message: string;
  path?: string | null;
  cell?: number | null;
  line?: number | null;
  hint?: string | null;
}

export interface IHello {
  name: string;
  version: string;
  wire: number;
  airflow: { installed: string | null; target: string };
  python: string;
  compatible: boolean;
  message: string | null;
  hint: string | null;
  busy: number;
}

export interface ICellSource {
  id: string;
  cell_type: 'code' | 'markdown' | 'raw';
  source: string;
  execution_count?: number | null;
  metadata?: { tags?: string[] };
}

export interface IDocument {
  path: string;
  cells: ICellSource[];
  metadata?: Record<string, unknown>;
  target?: string;
  revision?: number;
}

export type Severity = 'error' | 'warning' | 'info';

export interface IFinding {
  code: string;
  name: string;
  severity: Severity;
  message: string;
  path: string;
  cell: number | null;
  cell_id?: string | null;
  execution_count: number | null;
  line: number | null;
  column: number | null;
  hint: string;
  fix: string | null;
}

export interface ITask {
  task_id: string;
  operator: string;
  group: string | null;
  mapped: boolean;
  trigger_rule: string;
  cell: number | null;
  cell_id?: string | null;
  is_setup?: boolean;
  is_teardown?: boolean;
  label?: string;
  doc?: string;
  map_count?: number | null;
}

export interface IEdge {
  upstream: string;
  downstream: string;
  names: string[];
  reason: string;
}

export interface IGroup {
  group_id: string;
  label: string;
  parent: string | null;
  mapped?: boolean;
  tooltip?: string;
}

export interface IAsset {
  name: string;
  direction: 'in' | 'out';
  task_ids: string[];
}

export interface IDag {
  dag_id: string;
  schedule: string | null;
  tasks: ITask[];
  edges: IEdge[];
  groups: IGroup[];
  assets?: IAsset[];
  written?: boolean;
  cell?: number | null;
  cell_id?: string | null;
  description?: string;
  start_date?: string | null;
  params?: Record<string, unknown>;
  param_schemas?: Record<string, IParamSchema>;
}

/** A param's JSON schema, as Airflow's `Param` has it; only what a form can show of it. */
export interface IParamSchema {
  type?: string | string[];
  enum?: unknown[];
  description?: string;
}

export interface ITake {
  name: string;
  from: string | null;
  kind: 'task' | 'params' | 'shared';
  whole?: boolean;
  reason: string;
}

export interface ILiveCell {
  index: number;
  id: string | null;
  cell: number;
  role: string;
  shipped: boolean;
  task_ids: string[];
  why: string;
  takes: ITake[];
  gives: { name: string; to: string[] }[];
  options: Record<string, unknown>;
}

export interface ISourceLine {
  line: number;
  cell: number;
  cell_line: number;
  path?: string;
}

export interface ILive {
  from: 'notebook';
  path: string;
  revision: number | null;
  target: string;
  dags: IDag[];
  cells: ILiveCell[];
  findings: IFinding[];
  source: string;
  sha256: string;
  source_map: ISourceLine[];
  requirements: string[];
  problem: IProblem | null;
}

export interface IAirflowView {
  from: 'airflow';
  revision: number | null;
  sha256: string;
  airflow_version: string;
  dags: IDag[];
  problems: {
    message: string;
    cell: number | null;
    cell_id: string | null;
    line: number | null;
    traceback: string;
  }[];
  problem: IProblem | null;
}

export type Edit =
  | {
      do: 'set_options';
      task_id: string;
      options: Record<string, string | null>;
    }
  | {
      do: 'set_dag_options';
      dag_id: string;
      options: Record<string, string | null>;
    }
  | { do: 'connect' | 'disconnect'; upstream: string; downstream: string }
  | { do: 'make_task'; cell_id: string; task_id: string }
  | { do: 'promote'; task_ids?: string[] }
  | { do: 'freeze' }
  | { do: 'fix'; cell_id?: string; line?: number };

export interface ICellEdits {
  path: string;
  changes: {
    id: string;
    index: number;
    before: string;
    source: string;
    why: string;
  }[];
  inserts: { index: number; cell_type: string; source: string; why: string }[];
  notes: string[];
  diff: string;
}

export type JobKind = 'run' | 'publish' | 'practice';
export type JobState = 'running' | 'success' | 'failed' | 'cancelled';

export interface IJob {
  id: string;
  kind: JobKind;
  path: string | null;
  state: JobState;
  started_at: string;
  ended_at: string | null;
  last: number;
  first: number;
  dag_id: string | null;
  run_id: string | null;
  cancelling: boolean;
  error: IProblem | null;
  request: Record<string, unknown>;
}

export interface IRunRequest {
  path: string;
  dag_id?: string;
  tasks?: string[];
  with_upstream?: boolean;
  with_downstream?: boolean;
  params?: Record<string, unknown>;
  logical_date?: string;
  resume?: boolean;
  fresh?: boolean;
  stubs?: Record<string, unknown>;
  skip_delays?: boolean;
}

/** One line of `run --json`, or a progress event of another job; only the keys that are read are named. */
export interface IEvent {
  event: string;
  at?: string;
  task_id?: string;
  map_index?: number;
  try_number?: number;
  state?: string;
  reason?: string;
  hint?: string;
  message?: string;
  level?: string;
  key?: string;
  type?: string;
  bytes?: number;
  tasks?: string[];
  dag_id?: string;
  run_id?: string;
  [more: string]: unknown;
}

/** What a task asks a person: the event `question`. */
export interface IQuestion {
  task_id: string;
  map_index: number;
  subject: string;
  body: string;
  options: string[];
  /** What is taken when nobody answers in time. */
  defaults: string[] | null;
  multiple: boolean;
  params: Record<
    string,
    { value?: unknown; schema?: IParamSchema; description?: string | null }
  >;
  /** What was wrong with the answer before; empty at first. */
  problem: string;
}

export interface IAnswer {
  options: string[];
  params: Record<string, unknown>;
}

export interface IEnvelope {
  op: 'event';
  job: string;
  kind: JobKind;
  seq: number;
  event: IEvent;
}

export type FromSocket =
  | IEnvelope
  | { op: 'gap'; job: string; from: number; to: number }
  | { op: 'heartbeat'; at: string };

export interface IRecordedRun {
  dag_id: string;
  run_id: string;
  state: string;
  started_at: string;
  ended_at: string | null;
  task_states: Record<string, number>;
}

/** Where a run is read from: a job of this server by its id, any other by its run_id in the record beside its notebook. */
export interface IOnRecord {
  id: string;
  path?: string;
}

/** How a recorded run ended; `interrupted` when nothing wrote its end. */
export interface IRecordedDetail {
  state: string;
  cancelled?: boolean;
  task_instances: ITaskInstance[];
}

export interface ITaskInstance {
  task_id: string;
  map_index: number;
  state: string | null;
  try_number: number;
  reused?: boolean;
  error?: string;
  hint?: string;
}

export interface IRunDetail {
  job: IJob;
  task_instances: ITaskInstance[];
  xcoms: Record<string, unknown>[];
  events: IEnvelope[];
}

export type Preview =
  | {
      kind: 'table';
      columns: string[];
      rows: unknown[][];
      total_rows: number;
    }
  | { kind: 'json'; value: unknown }
  | { kind: 'text'; text: string };

export interface IValue {
  task_id: string;
  map_index: number;
  key: string;
  type: string;
  bytes: number;
  preview: Preview;
  truncated: boolean;
}

/** A copy in the bucket that stands in the way of a publish. */
export interface INewerCopy {
  key: string;
  written_at: string;
  written_by: string;
  reason: string;
  /** What a publish has to name to replace it; empty for one that it cannot replace. */
  release: string;
}

export interface IPlan {
  environment: string;
  objects: { key: string; change: string; bytes: number }[];
  graph: Record<string, unknown>;
  behaviour: {
    paused_after_publish?: boolean;
    replaces?: {
      release: string;
      published_at: string;
      publisher: string;
    } | null;
  };
  harmless: boolean;
  newer?: INewerCopy[];
  release?: string;
}

export interface IEnvironment {
  name: string;
  mwaa: string;
  profile: string | null;
  region: string | null;
  from: 'practice' | 'settings' | 'aws';
  status?: string | null;
  airflow_version?: string | null;
  airflow_url?: string | null;
}

export interface ISchedule {
  expression: string | null;
  zone: string;
  summary: string;
  runs: { logical_date: string; run_after: string }[];
}

export interface ITemplate {
  name: string;
  title: string;
  description: string;
}
