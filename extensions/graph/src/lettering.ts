/** Letters on a drawing, as `mwaa_kit/drawing/lettering.py` has them: what is shown, how wide it is, how to shorten it. */

const HIDDEN =
  /[\p{Cc}\p{Cs}\p{Co}\p{Cn}\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\u2028\u2029\ufeff]/gu;
const PLAIN = /^[ -~]*$/;
const COMBINING = /\p{Mn}/u;
const UPPER = /\p{Lu}/u;
const WIDE =
  /[\p{sc=Han}\p{sc=Hangul}\p{sc=Hiragana}\p{sc=Katakana}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60]/u;
const HALF = /[\uff61-\uffdc]/;
const NARROW = new Set("iIjl.,:;'`|!ft/\\ ");
const BROAD = new Set('mwMW@%&—…<>=+~#^');
const ELLIPSIS = '…';

/** `text` on one line, with every character that would not show, or would reorder the rest, spelled out. */
export function visible(text: string): string {
  return PLAIN.test(text) ? text : text.replace(HIDDEN, spelledOut);
}

function spelledOut(char: string): string {
  if ('\n\t\r'.includes(char)) {
    return ' ';
  }
  const code = char.codePointAt(0) ?? 0;
  const digits = code.toString(16);
  return code < 256
    ? `\\x${digits.padStart(2, '0')}`
    : `\\u${digits.padStart(4, '0')}`;
}

/** An estimate of the width of `text` in a sans-serif font of `size`, rather too wide than too narrow. */
export function widthOf(text: string, size: number): number {
  let width = 0;
  for (const char of text) {
    width += em(char);
  }
  return width * size;
}

/** The widths of what most names are written in, by code. */
const ASCII = Float64Array.from({ length: 128 }, (_, code) =>
  measured(String.fromCharCode(code))
);

function em(char: string): number {
  const code = char.charCodeAt(0);
  return code < 128 ? (ASCII[code] as number) : measured(char);
}

function measured(char: string): number {
  if (NARROW.has(char)) {
    return 0.4;
  }
  if (BROAD.has(char)) {
    return 1;
  }
  if (char < '\u0080') {
    return char >= 'A' && char <= 'Z' ? 0.78 : 0.66;
  }
  if (COMBINING.test(char)) {
    return 0;
  }
  if (WIDE.test(char) && !HALF.test(char)) {
    return 1.1;
  }
  return UPPER.test(char) ? 0.78 : 0.66;
}

/** `text`, with its middle left out where it is wider than `room`: the ends tell most names apart. */
export function shortened(text: string, room: number, size: number): string {
  if (text.length * size * 1.1 <= room || widthOf(text, size) <= room) {
    return text;
  }
  const left = room - widthOf(ELLIPSIS, size);
  const chars = [...text];
  const head = fitting(chars, left * 0.55, size);
  const tail = fitting([...chars].reverse(), left * 0.45, size);
  let end = chars.slice(chars.length - tail);
  while (end[0] !== undefined && COMBINING.test(end[0])) {
    end = end.slice(1);
  }
  return chars.slice(0, head).join('') + ELLIPSIS + end.join('');
}

function fitting(chars: readonly string[], room: number, size: number): number {
  let used = 0;
  for (const [count, char] of chars.entries()) {
    used += em(char) * size;
    if (used > room) {
      return count;
    }
  }
  return chars.length;
}
