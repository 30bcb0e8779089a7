/** What there is to see of a Dag while some of its groups are closed: boxes, open groups, and links between boxes. */
import {
  assetFace,
  groupFace,
  HEIGHT,
  type IFace,
  leastRoomWidth,
  taskFace
} from './face.ts';
import type { Gettext } from './gettext.ts';
import type { ILayoutBox, ILayoutLink, ILayoutRoom } from './layout/nest.ts';
import type { DagModel } from './model.ts';
import type { IEdge, IGroup } from './wire.ts';

export type BoxKind = 'task' | 'group' | 'asset';

export interface IBox extends ILayoutBox {
  kind: BoxKind;
  /** The task_id, group_id or name of the asset. */
  id: string;
  face: IFace;
}

/** An open group. */
export interface IOpenGroup extends ILayoutRoom {
  group: IGroup;
}

/** One line: all edges between two boxes. None between a task and an asset. */
export interface ILink extends ILayoutLink {
  key: string;
  edges: IEdge[];
}

export interface IScene {
  boxes: ReadonlyMap<string, IBox>;
  rooms: readonly IOpenGroup[];
  links: readonly ILink[];
}

/** With more boxes than this, all groups are closed at first. */
export const MANY = 300;

export const taskKey = (taskId: string): string => `task:${taskId}`;
export const groupKey = (groupId: string): string => `group:${groupId}`;

/** The groups to close before anyone has said which. */
export function closedAtFirst(model: DagModel): Set<string> {
  const many = model.tasks.length > MANY;
  return new Set(many ? model.groups.map(group => group.group_id) : []);
}

/** The key of the box that shows a task: its own, or that of the outermost closed group around it. */
export function shownAs(
  model: DagModel,
  taskId: string,
  closed: ReadonlySet<string>
): string {
  const group = model.task(taskId)?.group ?? null;
  const around = model.around(group).filter(g => closed.has(g.group_id));
  const outermost = around.at(-1);
  return outermost ? groupKey(outermost.group_id) : taskKey(taskId);
}

export function sceneOf(
  model: DagModel,
  closed: ReadonlySet<string>,
  t: Gettext
): IScene {
  const boxes = new Map<string, IBox>();
  const rooms: IOpenGroup[] = [];
  const outsideIn = model.groups
    .map(group => ({ group, around: model.around(group.parent) }))
    .sort((a, b) => a.around.length - b.around.length);
  for (const { group, around } of outsideIn) {
    if (around.some(outer => closed.has(outer.group_id))) {
      continue;
    }
    const key = groupKey(group.group_id);
    const parent = roomKey(model, group.parent);
    if (closed.has(group.group_id)) {
      const face = groupFace(group, model.within(group.group_id).length, t);
      boxes.set(key, boxOf('group', key, group.group_id, parent, face));
    } else {
      rooms.push({ key, parent, leastWidth: leastRoomWidth(group), group });
    }
  }
  for (const task of model.tasks) {
    const key = taskKey(task.task_id);
    if (shownAs(model, task.task_id, closed) === key) {
      const parent = roomKey(model, task.group);
      const face = taskFace(task, t);
      boxes.set(key, boxOf('task', key, task.task_id, parent, face));
    }
  }
  const links = new Map<string, ILink>();
  for (const edge of model.edges) {
    const from = shownAs(model, edge.upstream, closed);
    const to = shownAs(model, edge.downstream, closed);
    if (from !== to) {
      linked(links, from, to).edges.push(edge);
    }
  }
  addAssets(model, closed, boxes, links);
  return { boxes, rooms, links: [...links.values()] };
}

function boxOf(
  kind: BoxKind,
  key: string,
  id: string,
  parent: string | null,
  face: IFace
): IBox {
  const { width, height } = face;
  const linkDy = kind === 'asset' ? 0 : (height - HEIGHT) / 2;
  return { kind, key, id, parent, face, width, height, linkDy };
}

function roomKey(model: DagModel, group: string | null): string | null {
  return group !== null && model.group(group) ? groupKey(group) : null;
}

function linked(links: Map<string, ILink>, from: string, to: string): ILink {
  const key = JSON.stringify([from, to]);
  let link = links.get(key);
  if (!link) {
    links.set(key, (link = { key, from, to, edges: [] }));
  }
  return link;
}

/** Assets stand at the sides. One that starts the Dag leads to the tasks that wait for no other. */
function addAssets(
  model: DagModel,
  closed: ReadonlySet<string>,
  boxes: Map<string, IBox>,
  links: Map<string, ILink>
): void {
  for (const asset of model.assets) {
    const key = `asset-${asset.direction}:${asset.name}`;
    const box = boxOf('asset', key, asset.name, null, assetFace(asset));
    boxes.set(key, { ...box, pin: asset.direction === 'in' ? -1 : 1 });
    const tasks = asset.task_ids.length ? asset.task_ids : rootsOf(model);
    for (const taskId of tasks.filter(id => model.task(id))) {
      const shown = shownAs(model, taskId, closed);
      const [from, to] = asset.direction === 'in' ? [key, shown] : [shown, key];
      linked(links, from, to);
    }
  }
}

function rootsOf(model: DagModel): string[] {
  const ids = model.tasks.map(task => task.task_id);
  return ids.filter(id => model.incoming(id).length === 0);
}

/** Whether two scenes have the same boxes, of the same sizes, and the same links: then they have the same layout. */
export function sameShape(a: IScene, b: IScene): boolean {
  return (
    sameList([...a.boxes.values()], [...b.boxes.values()], sameBox) &&
    sameList(
      a.rooms,
      b.rooms,
      (r, s) =>
        r.key === s.key &&
        r.parent === s.parent &&
        r.leastWidth === s.leastWidth
    ) &&
    sameList(a.links, b.links, (l, m) => l.key === m.key)
  );
}

function sameBox(a: IBox, b: IBox): boolean {
  return (
    a.key === b.key &&
    a.parent === b.parent &&
    a.width === b.width &&
    a.height === b.height
  );
}

function sameList<V>(
  a: readonly V[],
  b: readonly V[],
  same: (x: V, y: V) => boolean
): boolean {
  return a.length === b.length && a.every((x, i) => same(x, b[i] as V));
}
