/** Which arcs run against the flow: without them there is no cycle. */

/** For each arc whether it leads back to something on the way to it, walking in the given order. */
export function backwards(
  keys: Iterable<string>,
  arcs: ReadonlyMap<string, readonly string[]>
): Set<string> {
  const found = new Set<string>();
  const done = new Set<string>();
  const open = new Set<string>();
  for (const root of keys) {
    if (done.has(root)) {
      continue;
    }
    const stack = [{ key: root, next: 0 }];
    open.add(root);
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const to = arcs.get(top.key)?.[top.next++];
      if (to === undefined) {
        stack.pop();
        open.delete(top.key);
        done.add(top.key);
      } else if (open.has(to)) {
        found.add(pair(top.key, to));
      } else if (!done.has(to)) {
        open.add(to);
        stack.push({ key: to, next: 0 });
      }
    }
  }
  return found;
}

export function pair(from: string, to: string): string {
  return `${from}\0${to}`;
}
