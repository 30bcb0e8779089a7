/** A drawn Dag as data: who waits for whom, what a search finds, where an arrow key leads. Knows no document. */

/** One task; `x` and `y` are the top left corner of its box. */
export interface ITask {
  task_id: string;
  operator: string;
  group: string | null;
  mapped: boolean;
  trigger_rule: string;
  cell: number | null;
  doc: string;
  states: { state: string; count: number }[];
  x: number;
  y: number;
  width: number;
  height: number;
}

/** One task waits for another: the names of the values between them, and why. */
export interface IEdge {
  upstream: string;
  downstream: string;
  names: string[];
  reason: string;
}

/** What the page carries beside its picture. */
export interface IDagDocument {
  dag_id: string;
  tasks: ITask[];
  edges: IEdge[];
}

export type Direction = 'left' | 'right' | 'up' | 'down';

export class DagModel {
  constructor(dag: IDagDocument) {
    this.tasks = dag.tasks;
    this._byId = new Map(dag.tasks.map(task => [task.task_id, task]));
    for (const edge of dag.edges) {
      push(this._incoming, edge.downstream, edge);
      push(this._outgoing, edge.upstream, edge);
    }
  }

  /** In written order. */
  readonly tasks: readonly ITask[];

  task(taskId: string): ITask | undefined {
    return this._byId.get(taskId);
  }

  /** The edges that lead to a task. */
  incoming(taskId: string): readonly IEdge[] {
    return this._incoming.get(taskId) ?? [];
  }

  /** The edges that leave a task. */
  outgoing(taskId: string): readonly IEdge[] {
    return this._outgoing.get(taskId) ?? [];
  }

  /** The tasks whose id, operator, cell or state holds every word of the query, from left to right as drawn. */
  search(query: string): ITask[] {
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    if (!words.length) {
      return [];
    }
    return this.tasks
      .filter(task => {
        const text = searchText(task);
        return words.every(word => text.includes(word));
      })
      .sort((a, b) => a.x - b.x || a.y - b.y);
  }

  /** The task an arrow key leads to: along an edge to the left and right, within the column up and down. */
  neighbour(taskId: string, direction: Direction): ITask | undefined {
    const from = this.task(taskId);
    if (!from) {
      return undefined;
    }
    return nearest(from, this._reachable(from, direction));
  }

  private _reachable(from: ITask, direction: Direction): ITask[] {
    switch (direction) {
      case 'left':
        return this._tasks(this.incoming(from.task_id).map(e => e.upstream));
      case 'right':
        return this._tasks(this.outgoing(from.task_id).map(e => e.downstream));
      case 'up':
        return this.tasks.filter(t => sameColumn(t, from) && t.y < from.y);
      case 'down':
        return this.tasks.filter(t => sameColumn(t, from) && t.y > from.y);
    }
  }

  private _tasks(taskIds: string[]): ITask[] {
    return taskIds.flatMap(taskId => this.task(taskId) ?? []);
  }

  private readonly _byId: Map<string, ITask>;
  private readonly _incoming = new Map<string, IEdge[]>();
  private readonly _outgoing = new Map<string, IEdge[]>();
}

function push(map: Map<string, IEdge[]>, key: string, edge: IEdge): void {
  const edges = map.get(key);
  if (edges) {
    edges.push(edge);
  } else {
    map.set(key, [edge]);
  }
}

function searchText(task: ITask): string {
  const cell = task.cell === null ? '' : `cell ${task.cell}`;
  const states = task.states.map(s => s.state);
  return [task.task_id, task.operator, cell, ...states].join(' ').toLowerCase();
}

function sameColumn(a: ITask, b: ITask): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width;
}

function middle(task: ITask): number {
  return task.y + task.height / 2;
}

function nearest(from: ITask, tasks: ITask[]): ITask | undefined {
  let best: ITask | undefined;
  for (const task of tasks) {
    if (!best || distance(from, task) < distance(from, best)) {
      best = task;
    }
  }
  return best;
}

function distance(a: ITask, b: ITask): number {
  return Math.abs(middle(a) - middle(b));
}
