/**
 * The document of one Dag: an entry of the `dags` of `mwaa-kit draw --format json`. Written by
 * `mwaa_kit/drawing/picture.py`; the golden files of its tests are read by the tests here.
 */

/** How many task instances of a task are in one state. */
export interface IStateCount {
  state: string;
  count: number;
}

/** What is known of a task wherever one is shown. */
export interface ITaskFacts {
  task_id: string;
  operator: string;
  group: string | null;
  mapped: boolean;
  trigger_rule: string;
  /** Counted from 1 over all kinds of cells; null when it was not written in a notebook. */
  cell: number | null;
  doc: string;
  /** The one that most wants a look first; empty when no run is shown. */
  states: IStateCount[];
}

export interface ITask extends ITaskFacts {
  /** The name within its task group. */
  label: string;
  /** How many task instances a mapped task has, where that is known. */
  map_count: number | null;
  is_setup: boolean;
  is_teardown: boolean;
  /** The id of its cell in the notebook; the live panel has it, `draw` has not. */
  cell_id?: string | null;
}

export interface IGroup {
  group_id: string;
  label: string;
  parent: string | null;
  mapped: boolean;
  tooltip: string;
}

/** One task waits for another: the names of the values between them, and why. */
export interface IEdge {
  upstream: string;
  downstream: string;
  names: string[];
  reason: string;
}

/** An asset that tasks read (`in`) or write (`out`); without tasks it is one that starts the Dag. */
export interface IAsset {
  name: string;
  direction: 'in' | 'out';
  task_ids: string[];
}

export interface IDagDocument {
  dag_id: string;
  schedule: string | null;
  description: string;
  tasks: ITask[];
  groups: IGroup[];
  edges: IEdge[];
  assets?: IAsset[];
}

/** By task_id, how many of its task instances are in each state. */
export type States = Readonly<Record<string, Readonly<Record<string, number>>>>;
