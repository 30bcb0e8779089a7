/** A Dag as data: who waits for whom, what lies in which group, what a search finds. Knows no document and no place. */
import { addedUp, inOrder } from './states.ts';
import type {
  IAsset,
  IDagDocument,
  IEdge,
  IGroup,
  IStateCount,
  ITask,
  ITaskFacts,
  States
} from './wire.ts';

/** What a model is made of: a whole document, or the little that the drawn page carries. */
export type IDagData<T extends ITaskFacts = ITask> = Pick<
  IDagDocument,
  'dag_id' | 'edges'
> & { tasks: T[]; groups?: IGroup[]; assets?: IAsset[] };

export class DagModel<T extends ITaskFacts = ITask> {
  constructor(dag: IDagData<T>) {
    this.dagId = dag.dag_id;
    this.tasks = dag.tasks;
    this.groups = dag.groups ?? [];
    this.assets = dag.assets ?? [];
    this._byId = new Map(dag.tasks.map(task => [task.task_id, task]));
    this._groups = new Map(this.groups.map(group => [group.group_id, group]));
    this.edges = dag.edges.filter(
      edge => this._byId.has(edge.upstream) && this._byId.has(edge.downstream)
    );
    for (const edge of this.edges) {
      push(this._incoming, edge.downstream, edge);
      push(this._outgoing, edge.upstream, edge);
    }
    for (const task of dag.tasks) {
      for (const group of this.around(task.group)) {
        push(this._within, group.group_id, task);
      }
    }
  }

  readonly dagId: string;
  /** In written order. */
  readonly tasks: readonly T[];
  readonly groups: readonly IGroup[];
  readonly assets: readonly IAsset[];
  /** Those between tasks that are there. */
  readonly edges: readonly IEdge[];

  task(taskId: string): T | undefined {
    return this._byId.get(taskId);
  }

  group(groupId: string): IGroup | undefined {
    return this._groups.get(groupId);
  }

  /** The edges that lead to a task. */
  incoming(taskId: string): readonly IEdge[] {
    return this._incoming.get(taskId) ?? [];
  }

  /** The edges that leave a task. */
  outgoing(taskId: string): readonly IEdge[] {
    return this._outgoing.get(taskId) ?? [];
  }

  /** A group and the groups around it, innermost first; a group that is not there counts as the Dag itself. */
  around(groupId: string | null): IGroup[] {
    const found: IGroup[] = [];
    let group = groupId === null ? undefined : this._groups.get(groupId);
    while (group && !found.includes(group)) {
      found.push(group);
      group =
        group.parent === null ? undefined : this._groups.get(group.parent);
    }
    return found;
  }

  /** The tasks in a group and in the groups within it. */
  within(groupId: string): readonly T[] {
    return this._within.get(groupId) ?? [];
  }

  statesOf(taskId: string): readonly IStateCount[] {
    return this._states.get(taskId) ?? this._byId.get(taskId)?.states ?? [];
  }

  /** The states of all tasks in a group, added up. */
  statesWithin(groupId: string): IStateCount[] {
    return addedUp(this.within(groupId).map(t => this.statesOf(t.task_id)));
  }

  /** Take over the states of some tasks; the tasks whose states are others now. */
  setStates(states: States): string[] {
    return Object.keys(states).filter(id => this._take(id, states[id] ?? {}));
  }

  /** Take over the states of a whole run: a task that is not named has none. */
  showStates(states: States): string[] {
    const named = new Map(Object.entries(states));
    const ids = this.tasks.map(task => task.task_id);
    return ids.filter(id => this._take(id, named.get(id) ?? {}));
  }

  /** The tasks whose id, operator, cell or state holds every word of the query, in written order. */
  search(query: string): T[] {
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    if (!words.length) {
      return [];
    }
    return this.tasks.filter(task => {
      const text = this._searchText(task);
      return words.every(word => text.includes(word));
    });
  }

  /** Whether `downstream` waits for `upstream`, directly or not. */
  leadsTo(upstream: string, downstream: string): boolean {
    const seen = new Set([upstream]);
    for (const taskId of seen) {
      for (const edge of this.outgoing(taskId)) {
        seen.add(edge.downstream);
      }
    }
    return seen.has(downstream);
  }

  private _take(taskId: string, counts: Readonly<Record<string, number>>) {
    const next = inOrder(counts);
    if (!this._byId.has(taskId) || same(next, this.statesOf(taskId))) {
      return false;
    }
    this._states.set(taskId, next);
    return true;
  }

  private _searchText(task: T): string {
    const cell = task.cell === null ? '' : `cell ${task.cell}`;
    const states = this.statesOf(task.task_id).map(s => s.state);
    return [task.task_id, task.operator, cell, ...states]
      .join(' ')
      .toLowerCase();
  }

  private readonly _byId: Map<string, T>;
  private readonly _groups: Map<string, IGroup>;
  private readonly _incoming = new Map<string, IEdge[]>();
  private readonly _outgoing = new Map<string, IEdge[]>();
  private readonly _within = new Map<string, T[]>();
  private readonly _states = new Map<string, IStateCount[]>();
}

function push<V>(map: Map<string, V[]>, key: string, value: V): void {
  const values = map.get(key);
  if (values) {
    values.push(value);
  } else {
    map.set(key, [value]);
  }
}

function same(a: readonly IStateCount[], b: readonly IStateCount[]): boolean {
  return (
    a.length === b.length &&
    a.every((s, i) => s.state === b[i]?.state && s.count === b[i]?.count)
  );
}
