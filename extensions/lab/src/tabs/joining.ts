/** Two lists of findings as one. Knows no document. */
import type { IFinding } from '../wire.ts';

/** Live findings, and those of the last check that only Airflow could make; each once. */
export function joined(
  live: readonly IFinding[],
  checked: readonly IFinding[]
): IFinding[] {
  const key = (one: IFinding): string =>
    `${one.code} ${one.cell} ${one.line} ${one.message}`;
  const known = new Set(live.map(key));
  const order = { error: 0, warning: 1, info: 2 };
  return [...live, ...checked.filter(one => !known.has(key(one)))].sort(
    (a, b) =>
      order[a.severity] - order[b.severity] || (a.cell ?? 0) - (b.cell ?? 0)
  );
}
