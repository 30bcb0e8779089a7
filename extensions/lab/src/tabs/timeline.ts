/** Where the bars of a timeline begin and how long they are, in percent of the run. Knows no document. */
import type { RunState } from '../runstate.ts';

export interface IBar {
  task_id: string;
  map_index: number;
  state: string;
  from: number;
  width: number;
  /** Milliseconds; null while it has not begun. */
  span: number | null;
}

export function barsOf(run: RunState, now: number): IBar[] {
  const all = [...run.instances.values()];
  const starts = all.flatMap(one =>
    one.started === null ? [] : [one.started]
  );
  const first = Math.min(...starts);
  const ends = all.map(one => endOf(one, run.running ? now : 0));
  const total = Math.max(1, Math.max(...ends, first) - first);
  return all.map(one => {
    const { task_id, map_index, state, started } = one;
    if (started === null) {
      return { task_id, map_index, state, from: 0, width: 0, span: null };
    }
    const span = Math.max(0, endOf(one, run.running ? now : started) - started);
    const from = ((started - first) / total) * 100;
    const width = (span / total) * 100;
    return { task_id, map_index, state, from, width, span };
  });
}

function endOf(one: { ended: number | null }, otherwise: number): number {
  return one.ended ?? otherwise;
}
