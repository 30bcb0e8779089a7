/** The lines of links as path data. Pure. */
import type { IRect } from './camera.ts';
import type { Route } from './layout/arrange.ts';
import { at } from './layout/ranks.ts';

const HEAD = 7;
const tenths = (value: number): number => Math.round(value * 10) / 10;

/** Level through the columns, curved between them, ending where the head begins. */
export function curve(route: Route): string {
  const back = HEAD * 0.8 * direction(route);
  const last = route.length - 2;
  let [x0, y0] = [at(route, 0), at(route, 1)];
  let path = `M${tenths(x0)} ${tenths(y0)}`;
  for (let i = 2; i <= last; i += 2) {
    const x = at(route, i) - (i === last ? back : 0);
    const y = at(route, i + 1);
    if (Math.abs(y - y0) < 0.05) {
      path += `H${tenths(x)}`;
    } else {
      const middle = tenths((x0 + x) / 2);
      path += `C${middle} ${tenths(y0)} ${middle} ${tenths(y)} ${tenths(x)} ${tenths(y)}`;
    }
    [x0, y0] = [x, y];
  }
  return path;
}

/** The head of an arrow at the end of a line. */
export function head(route: Route): string {
  const back = HEAD * direction(route);
  return `M${tenths(at(route, route.length - 2))} ${tenths(at(route, route.length - 1))}l${-back} -3.6v7.2z`;
}

/** From point to point: what a line looks like from afar. */
export function polyline(route: Route): string {
  let path = '';
  for (let i = 0; i < route.length; i += 2) {
    path += `${i ? 'L' : 'M'}${Math.round(at(route, i))} ${Math.round(at(route, i + 1))}`;
  }
  return path;
}

export function boundsOf(route: Route): IRect {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < route.length; i += 2) {
    left = Math.min(left, at(route, i));
    right = Math.max(right, at(route, i));
    top = Math.min(top, at(route, i + 1));
    bottom = Math.max(bottom, at(route, i + 1));
  }
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** The middle of the line, for what is shown beside it. */
export function middleOf(route: Route): { x: number; y: number } {
  const i = 2 * Math.floor((route.length / 2 - 1) / 2);
  return {
    x: (at(route, i) + at(route, i + 2)) / 2,
    y: (at(route, i + 1) + at(route, i + 3)) / 2
  };
}

function direction(route: Route): number {
  const last = route.length - 2;
  const before = route.length > 2 ? at(route, last - 2) : at(route, last);
  return at(route, last) < before ||
    (at(route, last) === before && at(route, last) < at(route, 0))
    ? -1
    : 1;
}
