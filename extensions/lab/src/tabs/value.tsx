/** A bounded look at a value: as a table, as JSON, or as text; numbers as lines, too. */
import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import type { IValue } from '../wire.ts';
import { Plot } from './plot.tsx';

export function ValuePreview(props: {
  value: IValue;
  trans: TranslationBundle;
}): JSX.Element {
  const { value, trans } = props;
  const { preview } = value;
  return (
    <>
      {preview.kind === 'table' ? (
        <table className="jp-MwaaKit-table">
          <thead>
            <tr>
              {preview.columns.map((name, at) => (
                <th key={at}>{name}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {preview.rows.map((row, at) => (
              <tr key={at}>
                {row.map((item, column) => (
                  <td key={column}>{words(item)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      ) : (
        <pre className="jp-MwaaKit-log" tabIndex={0}>
          {preview.kind === 'json'
            ? JSON.stringify(preview.value, null, 2)
            : preview.text}
        </pre>
      )}
      <Plot preview={preview} trans={trans} />
      {value.truncated ? (
        <p>{trans.__('Only the beginning is shown.')}</p>
      ) : null}
    </>
  );
}

function words(item: unknown): string {
  return typeof item === 'string' ? item : JSON.stringify(item);
}
