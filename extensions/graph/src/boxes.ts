/** One box as SVG elements: a task, a closed group, an asset; and the border of an open group. */
import type { IRect } from './camera.ts';
import {
  atEnd,
  bar,
  chevron,
  icon,
  kindMark,
  outlines,
  port,
  ROUND,
  stripe,
  words
} from './boxparts.ts';
import { INDENT, mappedMark, roomLabel, STACK, tallyOf } from './face.ts';
import type { Gettext } from './gettext.ts';
import { visible } from './lettering.ts';
import type { DagModel } from './model.ts';
import type { IBox, IOpenGroup } from './scene.ts';
import { lookName } from './states.ts';
import { svgElement as el, tenths } from './svg.ts';
import type { IStateCount, ITask } from './wire.ts';
import { boxName, countOfTasks } from './words.ts';

const RING = 3;

/** What every box is painted with. */
export interface IPalette {
  model: DagModel;
  t: Gettext;
  /** Whether an edge can be drawn from a box. */
  connects: boolean;
}

export function paintBox(
  box: IBox,
  rect: IRect,
  palette: IPalette
): SVGGElement {
  const item = el('rect', {
    class: 'mk-item',
    x: -RING,
    y: -RING,
    width: box.width + 2 * RING,
    height: box.height + 2 * RING,
    rx: ROUND + RING,
    role: 'treeitem',
    tabindex: -1
  });
  const node = el(
    'g',
    {
      transform: `translate(${tenths(rect.x)} ${tenths(rect.y)})`,
      role: 'none',
      'data-key': box.key
    },
    item,
    el('g', { 'aria-hidden': 'true' })
  );
  repaintBox(node, box, palette);
  return node;
}

/** What of a box has the focus and the name: a ring behind it, which holds no letters that could be read twice. */
export function itemOf(node: SVGGElement): SVGElement {
  return node.firstElementChild as SVGElement;
}

/** Paint the inside of a box anew; the element stays, and with it the focus. */
export function repaintBox(
  node: SVGGElement,
  box: IBox,
  palette: IPalette
): void {
  const name = boxName(palette.model, box, palette.t);
  itemOf(node).setAttribute('aria-label', name);
  switch (box.kind) {
    case 'task':
      return paintTask(node, box, palette);
    case 'group':
      return paintGroup(node, box, palette);
    case 'asset':
      return paintAsset(node, box);
  }
}

function paintTask(node: SVGGElement, box: IBox, palette: IPalette): void {
  const task = palette.model.task(box.id) as ITask;
  const states = palette.model.statesOf(box.id);
  const top = task.mapped ? STACK : 0;
  node.setAttribute('data-task-id', task.task_id);
  setLook(node, `mk-task ${family(task)}`, states);
  const mark = kindMark(task, top);
  node.lastElementChild?.replaceChildren(
    ...outlines(box, task.mapped ? 3 : 1),
    el('path', { class: 'mk-stripe', d: stripe(top) }),
    ...icon(states, top),
    words(
      'mk-name',
      INDENT,
      top + 19.5,
      box.face.name,
      mappedMark(task, states)
    ),
    ...mark,
    words(
      'mk-soft',
      INDENT + (mark.length ? 14 : 0),
      top + 35.5,
      box.face.below
    ),
    ...atEnd(box, top, tallyOf(states), box.face.badge),
    ...bar(box, states, top),
    ...(palette.connects ? [port(box, top)] : [])
  );
}

function paintGroup(node: SVGGElement, box: IBox, palette: IPalette): void {
  const states = palette.model.statesWithin(box.id);
  const group = palette.model.group(box.id);
  node.setAttribute('data-group-id', box.id);
  itemOf(node).setAttribute('aria-expanded', 'false');
  setLook(node, 'mk-task mk-group', states);
  const tasks = palette.model.within(box.id).length;
  const mapped = group?.mapped ? ' [ ]' : '';
  node.lastElementChild?.replaceChildren(
    ...outlines(box, 3),
    el('path', { class: 'mk-stripe', d: stripe(STACK) }),
    ...icon(states, STACK),
    words('mk-name', INDENT, STACK + 19.5, box.face.name, mapped),
    words('mk-soft', INDENT, STACK + 35.5, countOfTasks(tasks, palette.t)),
    ...atEnd(box, STACK, '', tallyOf(states)),
    chevron(box.width - STACK - 20, STACK + 14, false),
    ...bar(box, states, STACK)
  );
}

function paintAsset(node: SVGGElement, box: IBox): void {
  const middle = box.height / 2;
  node.setAttribute('class', 'mk-task mk-asset');
  node.lastElementChild?.replaceChildren(
    el('rect', {
      class: 'mk-box',
      width: box.width,
      height: box.height,
      rx: middle
    }),
    el('path', {
      class: 'mk-mark',
      d: 'M0 2c0-2.6 9-2.6 9 0v6c0 2.6-9 2.6-9 0zM0 2c0 2.6 9 2.6 9 0',
      transform: `translate(13 ${middle - 5})`
    }),
    words('mk-soft', 28, middle + 4, box.face.name)
  );
}

/** The border of an open group; its heading closes it. */
export function paintRoom(
  room: IOpenGroup,
  rect: IRect,
  t: Gettext
): SVGGElement {
  const id = visible(room.group.group_id);
  return el(
    'g',
    { class: 'mk-room', 'data-group-id': room.group.group_id },
    el('title', {}, visible(room.group.tooltip) || t('task group %1', id)),
    el('rect', {
      x: rect.x,
      y: rect.y,
      width: rect.width,
      height: rect.height,
      rx: 8
    }),
    el(
      'g',
      { class: 'mk-close', 'aria-hidden': 'true' },
      el('rect', {
        class: 'mk-handle',
        x: rect.x + 4,
        y: rect.y + 4,
        width: rect.width - 8,
        height: 22,
        rx: 5
      }),
      chevron(rect.x + 12, rect.y + 11, true),
      words('mk-soft', rect.x + 27, rect.y + 19, roomLabel(room.group))
    )
  );
}

function setLook(
  node: SVGGElement,
  classes: string,
  states: readonly IStateCount[]
): void {
  const kept = ['mk-selected', 'mk-dim', 'mk-target'].filter(name =>
    node.classList.contains(name)
  );
  const state = states[0]?.state;
  const look =
    state === undefined ? [] : ['mk-state', `mk-s-${lookName(state)}`];
  node.setAttribute('class', [classes.trim(), ...look, ...kept].join(' '));
  node.setAttribute('data-state', visible(state ?? ''));
}

function family(task: ITask): string {
  if (task.operator.startsWith('@')) {
    return task.operator.endsWith('sensor') ? 'mk-sensor' : 'mk-taskflow';
  }
  if (/Sensor(Async)?$/.test(task.operator)) {
    return 'mk-sensor';
  }
  return task.operator === 'EmptyOperator' ? 'mk-empty' : '';
}
