/** Random layered Dags, the same for the same seed: for the tests and the benchmark. */
import type { IDagDocument, ITask } from '../src/wire.ts';

/** A small generator of numbers from 0 up to 1 (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function task(taskId: string, more: Partial<ITask> = {}): ITask {
  return {
    task_id: taskId,
    label: taskId,
    operator: '@task',
    group: null,
    mapped: false,
    map_count: null,
    trigger_rule: 'all_success',
    is_setup: false,
    is_teardown: false,
    cell: null,
    doc: '',
    states: [],
    ...more
  };
}

/** Tasks in layers of about the square root of their number, most edges from one layer to the next. */
export function randomDag(count: number, seed = 1): IDagDocument {
  const random = randomNumbers(seed);
  const width = Math.max(2, Math.round(Math.sqrt(count) * 0.8));
  const tasks = Array.from({ length: count }, (_, i) =>
    task(`task_${i}`, { cell: i + 1, mapped: i % 20 === 7 })
  );
  const pairs = new Set<string>();
  for (let i = width; i < count; i++) {
    const layer = Math.floor(i / width);
    const parents = 1 + (random() < 0.3 ? 1 : 0) + (random() < 0.04 ? 1 : 0);
    for (let k = 0; k < parents; k++) {
      const back = random() < 0.9 ? 1 : 2 + Math.floor(random() * 3);
      const from = Math.max(0, layer - back) * width;
      pairs.add(`${from + Math.floor(random() * width)} ${i}`);
    }
  }
  const edges = [...pairs].map(pair => {
    const [up, down] = pair.split(' ') as [string, string];
    return {
      upstream: `task_${up}`,
      downstream: `task_${down}`,
      names: ['rows'],
      reason: `'rows' written in cell ${Number(up) + 1} line 1, read in cell ${Number(down) + 1} line 2`
    };
  });
  return {
    dag_id: `random_${count}`,
    schedule: null,
    description: '',
    tasks,
    groups: [],
    edges
  };
}
