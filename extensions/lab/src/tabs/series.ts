/** The columns of numbers in a preview, and the line that each makes in a picture; knows no document. */
import type { Preview } from '../wire.ts';

export interface ISeries {
  name: string;
  /** One for each row; null where there is no number, which leaves a gap. */
  values: (number | null)[];
}

/** More than so many are not told apart by their lines' looks. */
export const MOST_SERIES = 4;

const NUMBER = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i;
const ABSENT = new Set<unknown>([null, undefined, 'None', 'nan', '<NA>']);

/** What can be drawn of a value: columns that hold numbers, or a list of numbers; at least two of them. */
export function seriesOf(preview: Preview): ISeries[] {
  switch (preview.kind) {
    case 'table':
      return preview.columns
        .map((name, at) => ({ name, cells: preview.rows.map(row => row[at]) }))
        .filter(({ cells }) => numeric(cells))
        .slice(0, MOST_SERIES)
        .map(({ name, cells }) => ({ name, values: cells.map(numberOf) }));
    case 'json':
      return seriesIn(preview.value);
    case 'text':
      return seriesIn(parsed(preview.text));
  }
}

function seriesIn(value: unknown): ISeries[] {
  return Array.isArray(value) && numeric(value)
    ? [{ name: '', values: value.map(numberOf) }]
    : [];
}

/** A longer list comes as its text. */
function parsed(text: string): unknown {
  try {
    return text.startsWith('[') ? JSON.parse(text) : null;
  } catch {
    return null; // it was cut, or is no list of JSON
  }
}

/** The least and the greatest number of all series. */
export function rangeOf(series: readonly ISeries[]): [number, number] {
  const all = series
    .flatMap(({ values }) => values)
    .filter(one => one !== null);
  return [Math.min(...all), Math.max(...all)];
}

/** The path of a series in a box of `width` by `height`, the greatest number at its top. */
export function pathOf(
  { values }: ISeries,
  [least, greatest]: readonly [number, number],
  width: number,
  height: number
): string {
  const across = width / Math.max(1, values.length - 1);
  const up = greatest === least ? 0 : height / (greatest - least);
  const steps: string[] = [];
  let gap = true;
  values.forEach((value, at) => {
    if (value !== null) {
      const y = up ? (greatest - value) * up : height / 2;
      steps.push(`${gap ? 'M' : 'L'}${round(at * across)} ${round(y)}`);
    }
    gap = value === null;
  });
  return steps.join('');
}

function numeric(cells: readonly unknown[]): boolean {
  const there = cells.filter(one => !ABSENT.has(one));
  return there.length > 1 && there.every(one => numberOf(one) !== null);
}

/** A frame's cells come as they are written; a number is one all the same. */
function numberOf(cell: unknown): number | null {
  const written = typeof cell === 'string' && NUMBER.test(cell);
  const found = written ? Number(cell) : cell;
  return typeof found === 'number' && Number.isFinite(found) ? found : null;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
