/** The numbers of a value as lines: a first look, no more; what a chart should say is for the notebook. */
import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import type { Preview } from '../wire.ts';
import { pathOf, rangeOf, seriesOf } from './series.ts';

const WIDTH = 320;
const HEIGHT = 90;

export function Plot(props: {
  preview: Preview;
  trans: TranslationBundle;
}): JSX.Element | null {
  const { preview, trans } = props;
  const series = seriesOf(preview);
  if (!series.length) {
    return null;
  }
  const range = rangeOf(series);
  const [least, greatest] = range.map(one => Number(one.toPrecision(4)));
  const names = series.map(one => one.name).join(', ');
  return (
    <details className="jp-MwaaKit-plot">
      <summary>{trans.__('Plot')}</summary>
      <svg
        viewBox={`-4 -4 ${WIDTH + 8} ${HEIGHT + 8}`}
        role="img"
        aria-label={trans.__('%1 from %2 to %3', names, least, greatest)}
      >
        {series.map((one, at) => (
          <path
            key={at}
            data-series={at}
            d={pathOf(one, range, WIDTH, HEIGHT)}
          />
        ))}
      </svg>
      <p>
        {series.map((one, at) => (
          <span key={at} data-series={at}>
            {one.name}
          </span>
        ))}{' '}
        {trans.__('from %1 to %2', least, greatest)}
      </p>
    </details>
  );
}
