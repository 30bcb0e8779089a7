/** What the boxes are put together from: outline, stripe, icon, words, bar. */
import { HEIGHT, INDENT, MARGIN, STACK, totalOf } from './face.ts';
import type { IBox } from './scene.ts';
import { lookName, lookOf } from './states.ts';
import { svgElement as el, tenths } from './svg.ts';
import type { IStateCount, ITask } from './wire.ts';

export const ROUND = 5;
const PORT = 5.5;

/** The outline, for what stands for several on top of two others. */
export function outlines(box: IBox, count: 1 | 3): SVGElement[] {
  const behind = count === 3 ? STACK : 0;
  const steps = count === 3 ? [2, 1, 0] : [0];
  return steps.map(step =>
    el('rect', {
      class: 'mk-box',
      x: (step * STACK) / 2,
      y: behind - (step * STACK) / 2,
      width: box.width - behind,
      height: HEIGHT,
      rx: ROUND
    })
  );
}

/** The coloured left side, its outer corners as round as the box. */
export function stripe(top: number): string {
  const turn = `a${ROUND} ${ROUND} 0 0 0`;
  return `M${ROUND} ${top}${turn} -${ROUND} ${ROUND}v${HEIGHT - 2 * ROUND}${turn} ${ROUND} ${ROUND}z`;
}

/** The icon of the first state; without one, an empty circle. */
export function icon(
  states: readonly IStateCount[],
  top: number
): SVGElement[] {
  const [first] = states;
  if (!first) {
    return [
      el('circle', {
        class: 'mk-idle',
        cx: MARGIN + 8,
        cy: top + HEIGHT / 2,
        r: 4
      })
    ];
  }
  return [
    el(
      'g',
      { transform: `translate(${MARGIN} ${top + HEIGHT / 2 - 8})` },
      el('circle', { class: 'mk-disc', cx: 8, cy: 8, r: 8 }),
      el('path', { class: 'mk-glyph', d: lookOf(first.state).icon })
    )
  ];
}

/** The arrow of a setup (up) or a teardown (down). */
export function kindMark(task: ITask, top: number): SVGElement[] {
  if (!task.is_setup && !task.is_teardown) {
    return [];
  }
  const d = task.is_setup ? 'M4.5 9V1M1.5 4l3-3 3 3' : 'M4.5 1v8M1.5 6l3 3 3-3';
  const transform = `translate(${INDENT} ${top + 26.5})`;
  return [el('path', { class: 'mk-mark', d, transform })];
}

/** A line of letters, with a mark behind it. */
export function words(
  look: string,
  x: number,
  y: number,
  text: string,
  mark = ''
): SVGElement {
  return el('text', { class: look, x, y }, text + mark);
}

/** What stands at the right of both lines. */
export function atEnd(
  box: IBox,
  top: number,
  first: string,
  second: string
): SVGElement[] {
  const right = box.width - top - MARGIN + 2;
  const line = (text: string, y: number): SVGElement[] =>
    text ? [words('mk-soft mk-end', right, y, text)] : [];
  return [...line(first, top + 19.5), ...line(second, top + 35.5)];
}

/** The states of several task instances as parts of a bar. */
export function bar(
  box: IBox,
  states: readonly IStateCount[],
  top: number
): SVGElement[] {
  const total = totalOf(states);
  if (total < 2) {
    return [];
  }
  const room = box.width - top - MARGIN + 2 - INDENT;
  let x = INDENT;
  return states.map(({ state, count }) => {
    const width = (room * count) / total;
    const part = el('rect', {
      class: `mk-bar mk-s-${lookName(state)}`,
      x: tenths(x),
      y: top + 40,
      width: tenths(width),
      height: 4
    });
    x += width;
    return part;
  });
}

/** Points down on what is open, to the right on what is closed. */
export function chevron(x: number, y: number, open: boolean): SVGElement {
  const d = open ? 'M1 2.5l3.5 3.5L8 2.5' : 'M2.5 1L6 4.5 2.5 8';
  return el('path', { class: 'mk-mark', d, transform: `translate(${x} ${y})` });
}

/** Where an edge is drawn from. */
export function port(box: IBox, top: number): SVGElement {
  return el('circle', {
    class: 'mk-port',
    cx: box.width - top,
    cy: top + HEIGHT / 2,
    r: PORT
  });
}
