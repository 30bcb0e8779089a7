/** What a plan says, in words. */
import type { TranslationBundle } from '@jupyterlab/translation';

import type { INewerCopy, IPlan } from '../wire.ts';

type Replaced = IPlan['behaviour']['replaces'];

/** Whose copy stands in the way, why it does, and what to do about it. */
export function newerWords(one: INewerCopy, trans: TranslationBundle): string {
  const at = new Date(one.written_at).toLocaleString();
  const written = one.written_by
    ? trans.__('%1 was written at %2 by %3', one.key, at, one.written_by)
    : trans.__('%1 was written at %2', one.key, at);
  const next = one.release
    ? trans.__('Take over what changed there, then publish over it.')
    : trans.__(
        'mwaa-kit does not overwrite it. Read it; when it is not needed, remove it from the bucket, then publish again.'
      );
  return `${written}; ${one.reason}. ${next}`;
}

export function replacesWords(
  { release, published_at, publisher }: NonNullable<Replaced>,
  trans: TranslationBundle
): string {
  const short = release.slice(0, 12);
  const at = new Date(published_at).toLocaleString();
  return publisher
    ? trans.__(
        'It replaces release %1, published %2 by %3.',
        short,
        at,
        publisher
      )
    : trans.__('It replaces release %1, published %2.', short, at);
}

export function graphWords(graph: unknown, trans: TranslationBundle): string {
  const { tasks, edges, added, removed } = graph as Record<string, unknown>;
  const list = (names: unknown): string =>
    Array.isArray(names) ? names.map(String).join(', ') : '';
  const parts = [
    [
      trans._n('%1 task', '%1 tasks', Number(tasks)),
      trans._n('%1 edge', '%1 edges', Number(edges))
    ].join(', ')
  ];
  if (list(added)) {
    parts.push(trans.__('added: %1', list(added)));
  }
  if (list(removed)) {
    parts.push(trans.__('removed: %1', list(removed)));
  }
  return parts.join(' · ');
}
