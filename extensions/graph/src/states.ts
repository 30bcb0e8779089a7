/** How each state of a task instance looks, as `mwaa_kit/drawing/states.py` has it: never by colour alone. */
import type { IStateCount } from './wire.ts';

export interface IStateLook {
  symbol: string;
  /** On a light and on a dark ground. */
  colour: string;
  dark_colour: string;
  /** The pattern of the outline; empty for a whole line. */
  dash: string;
  /** A path in white on the coloured disc, in a square of 16. */
  icon: string;
}

/** A state that Airflow adds later is drawn in this manner, under its own name. */
const UNKNOWN: IStateLook = {
  symbol: '?',
  colour: '#57606a',
  dark_colour: '#9aa4af',
  dash: '2 2 6 2',
  icon: 'M5.8 6.2a2.2 2.2 0 1 1 3 2c-.6.3-.8.6-.8 1.3M8 11.8v.2'
};

const LOOKS: Readonly<Record<string, IStateLook>> = {
  none: {
    symbol: '·',
    colour: '#6e7781',
    dark_colour: '#8b949e',
    dash: '1 3',
    icon: 'M5 8h6'
  },
  scheduled: {
    symbol: '◷',
    colour: '#8a6d3b',
    dark_colour: '#d2b48c',
    dash: '1 4',
    icon: 'M8 4.5V8l2.5 1.6'
  },
  queued: {
    symbol: '…',
    colour: '#6e7781',
    dark_colour: '#a9b2bc',
    dash: '2 4',
    icon: 'M4.8 8h.1M8 8h.1M11.2 8h.1'
  },
  running: {
    symbol: '▶',
    colour: '#0b7d69',
    dark_colour: '#3ddbb7',
    dash: '7 3',
    icon: 'M6.3 5v6l5-3z'
  },
  success: {
    symbol: '✓',
    colour: '#1a7f37',
    dark_colour: '#3fb950',
    dash: '',
    icon: 'M4.6 8.4l2.3 2.3 4.5-5'
  },
  restarting: {
    symbol: '↻',
    colour: '#8250df',
    dark_colour: '#bc8cff',
    dash: '5 2 1 2',
    icon: 'M11.3 6.3A3.7 3.7 0 1 0 11.7 9M11.5 4v2.5H9'
  },
  failed: {
    symbol: '✗',
    colour: '#c4202b',
    dark_colour: '#ff6b63',
    dash: '',
    icon: 'M5.3 5.3l5.4 5.4M10.7 5.3l-5.4 5.4'
  },
  up_for_retry: {
    symbol: '↺',
    colour: '#9a6700',
    dark_colour: '#e3b341',
    dash: '4 2',
    icon: 'M4.7 6.3A3.7 3.7 0 1 1 4.3 9M4.5 4v2.5H7'
  },
  up_for_reschedule: {
    symbol: '⟳',
    colour: '#0e7490',
    dark_colour: '#56d4dd',
    dash: '6 2 2 2',
    icon: 'M4.5 6.5h7M5.5 4.3v1.4M10.5 4.3v1.4M4.8 5.2h6.4v6H4.8z'
  },
  upstream_failed: {
    symbol: '⇡',
    colour: '#bc4c00',
    dark_colour: '#f0883e',
    dash: '9 3',
    icon: 'M8 11.5V5M5.3 7.4L8 4.7l2.7 2.7'
  },
  skipped: {
    symbol: '»',
    colour: '#bf3989',
    dark_colour: '#f778ba',
    dash: '8 3 2 3',
    icon: 'M4.7 5.3L7.4 8l-2.7 2.7M8.6 5.3L11.3 8l-2.7 2.7'
  },
  deferred: {
    symbol: '‖',
    colour: '#6f42c1',
    dark_colour: '#b392f0',
    dash: '3 3',
    icon: 'M6.3 5.2v5.6M9.7 5.2v5.6'
  },
  awaiting_input: {
    symbol: '¿',
    colour: '#0969da',
    dark_colour: '#58a6ff',
    dash: '2 2',
    icon: 'M8 4.2a1.9 1.9 0 1 1 0 3.8 1.9 1.9 0 0 1 0-3.8M4.6 11.8a3.4 3.4 0 0 1 6.8 0'
  },
  removed: {
    symbol: '⊘',
    colour: '#57606a',
    dark_colour: '#9aa4af',
    dash: '1 2',
    icon: 'M5.3 8h5.4M8 5.3v0'
  }
};

/** The name under which a state is drawn: its own, or `unknown`. */
export function lookName(state: string): string {
  return Object.hasOwn(LOOKS, state) ? state : 'unknown';
}

export function lookOf(state: string): IStateLook {
  return (Object.hasOwn(LOOKS, state) && LOOKS[state]) || UNKNOWN;
}

/** All looks by name, `unknown` among them. */
export function looks(): [string, IStateLook][] {
  return [...Object.entries(LOOKS), ['unknown', UNKNOWN]];
}

const URGENT = [
  'failed',
  'upstream_failed',
  'up_for_retry',
  'awaiting_input',
  'running',
  'restarting',
  'deferred',
  'up_for_reschedule',
  'queued',
  'scheduled',
  'none',
  'success',
  'skipped',
  'removed'
];

/** Counts by state as a list, the state that most wants a look first; one not known here before all others. */
export function inOrder(
  counts: Readonly<Record<string, number>>
): IStateCount[] {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([state, count]) => ({ state: state || 'none', count }))
    .sort(
      (a, b) =>
        URGENT.indexOf(a.state) - URGENT.indexOf(b.state) ||
        (a.state < b.state ? -1 : 1)
    );
}

/** The states of several tasks added up. */
export function addedUp(
  lists: readonly (readonly IStateCount[])[]
): IStateCount[] {
  const counts: Record<string, number> = {};
  for (const { state, count } of lists.flat()) {
    counts[state] = (counts[state] ?? 0) + count;
  }
  return inOrder(counts);
}
