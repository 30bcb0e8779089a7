/** What is written on each box, and how large the box must be for it. A run changes neither: states have room kept. */
import type { ISize } from './camera.ts';
import type { Gettext } from './gettext.ts';
import { shortened, visible, widthOf } from './lettering.ts';
import type { IAsset, IGroup, IStateCount, ITask } from './wire.ts';
import { countOfTasks } from './words.ts';

export const NAME_SIZE = 13;
export const SMALL_SIZE = 11;
export const HEIGHT = 46;
/** How far the two boxes behind a mapped task or a closed group look out. */
export const STACK = 6;
export const MARGIN = 12;
/** Where the words begin, behind the icon of the state. */
export const INDENT = 38;
const LEAST_WIDTH = 128;
const ROOM = 200;
const BETWEEN = 14;
const STEP = 16;
const MAPPED_ROOM = 78;
const ASSET_HEIGHT = 28;

/** The words on a box, shortened to fit, and its size. */
export interface IFace extends ISize {
  name: string;
  /** The operator of a task, how many tasks a group has. */
  below: string;
  /** The cell; empty when there is none. */
  badge: string;
}

export function taskFace(task: ITask, t: Gettext): IFace {
  const room = task.mapped ? ROOM - MAPPED_ROOM / 2 : ROOM;
  const name = shortened(visible(task.label), room, NAME_SIZE);
  const badge = task.cell === null ? '' : t('cell %1', task.cell);
  const kind = task.is_setup
    ? ` · ${t('setup')}`
    : task.is_teardown
      ? ` · ${t('teardown')}`
      : '';
  const used = spaced(badge, SMALL_SIZE) + widthOf(kind, SMALL_SIZE);
  const mark = kind ? BETWEEN : 0;
  const operator = visible(task.operator);
  const below = shortened(operator, ROOM + 20 - used - mark, SMALL_SIZE) + kind;
  const first = widthOf(name, NAME_SIZE) + (task.mapped ? MAPPED_ROOM : 0);
  const second = widthOf(below, SMALL_SIZE) + mark + spaced(badge, SMALL_SIZE);
  const behind = task.mapped ? STACK : 0;
  return {
    name,
    below,
    badge,
    width: even(Math.max(first, second) + INDENT + MARGIN) + behind,
    height: HEIGHT + behind
  };
}

/** A group that is closed: one box for all that is in it. */
export function groupFace(group: IGroup, tasks: number, t: Gettext): IFace {
  const name = shortened(visible(group.label), ROOM, NAME_SIZE);
  const below = countOfTasks(tasks, t);
  const first = widthOf(name, NAME_SIZE) + (group.mapped ? 34 : 0);
  return {
    name,
    below,
    badge: '',
    width: even(Math.max(first, 110) + INDENT + MARGIN + 20) + STACK,
    height: HEIGHT + STACK
  };
}

export function assetFace(asset: IAsset): IFace {
  const name = shortened(visible(asset.name), ROOM - 40, SMALL_SIZE);
  const width = Math.max(84, widthOf(name, SMALL_SIZE) + 40);
  return { name, below: '', badge: '', width, height: ASSET_HEIGHT };
}

/** The label on the border of an open group. */
export function roomLabel(group: IGroup): string {
  const mapped = group.mapped ? ' [ ]' : '';
  return shortened(visible(group.label), ROOM, SMALL_SIZE) + mapped;
}

export function leastRoomWidth(group: IGroup): number {
  return widthOf(roomLabel(group), SMALL_SIZE) + 60;
}

/** `[12]` behind the name of a mapped task, `[ ]` while nobody knows how many task instances it has. */
export function mappedMark(
  task: ITask,
  states: readonly IStateCount[]
): string {
  if (!task.mapped) {
    return '';
  }
  const count = states.length ? totalOf(states) : task.map_count;
  return count === null ? ' [ ]' : ` [${count}]`;
}

/** `10/12`: how many of several task instances succeeded. */
export function tallyOf(states: readonly IStateCount[]): string {
  const total = totalOf(states);
  const done = states.find(s => s.state === 'success')?.count ?? 0;
  return total > 1 ? `${done}/${total}` : '';
}

export function totalOf(states: readonly IStateCount[]): number {
  return states.reduce((sum, s) => sum + s.count, 0);
}

function spaced(text: string, size: number): number {
  return text ? widthOf(text, size) + BETWEEN : 0;
}

/** One of a few widths, so that boxes of much the same width stand in line. */
function even(width: number): number {
  return Math.max(LEAST_WIDTH, STEP * Math.ceil(width / STEP));
}
