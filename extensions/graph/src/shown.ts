/** What is shown of a Dag: its model, which groups are closed, the scene and the layout that follow. Knows no document. */
import type { Gettext } from './gettext.ts';
import { type ILayout, layOut } from './layout/nest.ts';
import { DagModel } from './model.ts';
import {
  closedAtFirst,
  groupKey,
  type IBox,
  type ILink,
  type IScene,
  sameShape,
  sceneOf,
  shownAs
} from './scene.ts';
import type { IDagDocument, ITask, States } from './wire.ts';

const NOTHING: IDagDocument = {
  dag_id: '',
  schedule: null,
  description: '',
  tasks: [],
  groups: [],
  edges: []
};

export class Shown {
  constructor(document: IDagDocument | null, t: Gettext) {
    this._t = t;
    this._model = new DagModel(document ?? NOTHING);
    this._closed = closedAtFirst(this._model);
    this._scene = sceneOf(this._model, this._closed, t);
    this._layout = this._laidOut();
  }

  get model(): DagModel {
    return this._model;
  }

  get scene(): IScene {
    return this._scene;
  }

  get layout(): ILayout {
    return this._layout;
  }

  get closed(): ReadonlySet<string> {
    return this._closed;
  }

  /** Show another document; of the same Dag, groups stay closed and open as they were. */
  update(document: IDagDocument | null): void {
    const model = new DagModel(document ?? NOTHING);
    const known = this._model;
    const same = model.dagId === known.dagId && known.tasks.length > 0;
    const first = closedAtFirst(model);
    const closed = model.groups
      .map(group => group.group_id)
      .filter(id => (same && known.group(id) ? this._closed : first).has(id));
    this._model = model;
    this._closed = new Set(closed);
    this._rebuild();
  }

  /** Take over states; the keys of the boxes that look different now. */
  setStates(states: States): Set<string> {
    return this._keysOf(this._model.setStates(states));
  }

  /** Take over the states of a whole run. */
  showStates(states: States): Set<string> {
    return this._keysOf(this._model.showStates(states));
  }

  close(groupIds: Iterable<string>): void {
    this._closed = new Set([...this._closed, ...groupIds]);
    this._rebuild();
  }

  open(groupIds: Iterable<string>): void {
    const opened = new Set(groupIds);
    this._closed = new Set([...this._closed].filter(id => !opened.has(id)));
    this._rebuild();
  }

  /** The box that shows a task. */
  keyOf(taskId: string): string {
    return shownAs(this._model, taskId, this._closed);
  }

  box(key: string): IBox | undefined {
    return this._scene.boxes.get(key);
  }

  link(key: string): ILink | undefined {
    return this._scene.links.find(link => link.key === key);
  }

  /** The task that a box shows; none for groups and assets. */
  taskOf(key: string): ITask | undefined {
    const box = this.box(key);
    return box?.kind === 'task' ? this._model.task(box.id) : undefined;
  }

  /** The box that stands for a group: its own when it is closed, else the first in it. */
  keyOfGroup(groupId: string): string | undefined {
    const own = groupKey(groupId);
    const [first] = this._model.within(groupId);
    return this.box(own) ? own : first && this.keyOf(first.task_id);
  }

  private _keysOf(taskIds: readonly string[]): Set<string> {
    return new Set(taskIds.map(taskId => this.keyOf(taskId)));
  }

  private _rebuild(): void {
    const before = this._scene;
    this._scene = sceneOf(this._model, this._closed, this._t);
    if (!sameShape(before, this._scene)) {
      this._layout = this._laidOut();
    }
  }

  private _laidOut(): ILayout {
    const { boxes, rooms, links } = this._scene;
    return layOut([...boxes.values()], rooms, links);
  }

  private readonly _t: Gettext;
  private _model: DagModel;
  private _closed: ReadonlySet<string>;
  private _scene: IScene;
  private _layout: ILayout;
}
