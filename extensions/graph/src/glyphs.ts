/** The icons of the states as parts of one path, so that thousands of them are one element. Pure. */
import { lookOf } from './states.ts';

/** A command of path data with its numbers. */
type Command = readonly [string, ...number[]];

const parsed = new Map<string, readonly Command[]>();

/** The icon of a state with its corner at (x, y), `size` long and wide. */
export function glyph(
  state: string,
  x: number,
  y: number,
  size: number
): string {
  const { icon } = lookOf(state);
  let commands = parsed.get(icon);
  if (!commands) {
    parsed.set(icon, (commands = commandsOf(icon)));
  }
  const scale = size / 16;
  return commands.map(command => moved(command, x, y, scale)).join('');
}

function commandsOf(path: string): Command[] {
  const pieces = path.match(/[a-z][^a-z]*/gi) ?? [];
  return pieces.map(piece => {
    const numbers = piece.slice(1).match(/-?\d*\.?\d+/g) ?? [];
    return [piece.slice(0, 1), ...numbers.map(Number)];
  });
}

function moved(
  [name, ...numbers]: Command,
  x: number,
  y: number,
  scale: number
): string {
  const absolute = name === name.toUpperCase();
  const arc = name === 'a' || name === 'A';
  const words = numbers.map((value, i) => {
    if (arc && i % 7 >= 2 && i % 7 <= 4) {
      return value;
    }
    const vertical = arc
      ? i % 7 === 6
      : name === 'v' || name === 'V' || i % 2 === 1;
    const from = absolute && !(arc && i % 7 < 2) ? (vertical ? y : x) : 0;
    return Math.round((from + value * scale) * 10) / 10;
  });
  return name + words.join(' ');
}
