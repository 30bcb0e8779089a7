/** What the colours and icons say, with how many task instances are in each state; without a run, the keys. */
import type { Gettext } from './gettext.ts';
import { visible } from './lettering.ts';
import type { DagModel } from './model.ts';
import { addedUp, lookName, lookOf } from './states.ts';
import { htmlElement, svgElement as el } from './svg.ts';

export function paintLegend(
  host: HTMLElement,
  model: DagModel,
  t: Gettext
): void {
  const states = addedUp(model.tasks.map(task => model.statesOf(task.task_id)));
  const entries = states.map(({ state, count }) =>
    htmlElement('span', {}, swatch(state), `${visible(state)} ${count}`)
  );
  const hint = t(
    'Arrow keys follow the edges; Enter opens the cell; / searches; + and - zoom; 0 shows the whole Dag.'
  );
  host.replaceChildren(
    ...(entries.length ? entries : [htmlElement('span', {}, hint)])
  );
}

function swatch(state: string): SVGSVGElement {
  return el(
    'svg',
    { width: 16, height: 16, viewBox: '0 0 16 16', 'aria-hidden': 'true' },
    el(
      'g',
      { class: `mk-state mk-s-${lookName(state)}` },
      el('circle', { class: 'mk-disc', cx: 8, cy: 8, r: 8 }),
      el('path', { class: 'mk-glyph', d: lookOf(state).icon })
    )
  );
}
