/** Which edges can be drawn. Pure. */
import type { Gettext } from './gettext.ts';
import { visible } from './lettering.ts';
import type { DagModel } from './model.ts';

/** Why `downstream` cannot be made to wait for `upstream`; null when it can. */
export function refusalOf(
  model: DagModel,
  upstream: string,
  downstream: string,
  t: Gettext
): string | null {
  const [up, down] = [visible(upstream), visible(downstream)];
  if (upstream === downstream) {
    return t('A task cannot wait for itself.');
  }
  if (model.outgoing(upstream).some(e => e.downstream === downstream)) {
    return t('%2 waits for %1 already.', up, down);
  }
  if (model.leadsTo(downstream, upstream)) {
    return t('%1 waits for %2 already: that would be a cycle.', up, down);
  }
  return null;
}
