/** The params of a Dag as text and back, by the kind of their defaults. Knows no document. */

export type Params = Readonly<Record<string, unknown>>;

/** The default of a param, written bare or as Airflow's serialised Param with its schema. */
export function defaultOf(param: unknown): unknown {
  return typeof param === 'object' && param !== null && 'value' in param
    ? param.value
    : param;
}

export function shownOf(value: unknown): string {
  if (value === null || value === undefined) {
    return '';
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** What was typed, of the kind that its default has: text stays text, everything else is JSON where it can be. */
export function paramOf(usual: unknown, typed: string): unknown {
  if (typeof usual === 'string') {
    return typed;
  }
  try {
    return JSON.parse(typed) as unknown;
  } catch {
    return typed;
  }
}
