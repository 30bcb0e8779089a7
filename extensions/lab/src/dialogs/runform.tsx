/** Ask for the params and the date of a run. */
import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import React from 'react';

import type { IRunRequest } from '../wire.ts';
import { defaultOf, paramOf, shownOf, type Params } from './params.ts';

type Answer = Pick<IRunRequest, 'params' | 'logical_date'>;

class RunForm extends ReactWidget {
  constructor(
    private readonly _params: Params,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-MwaaKit-form');
  }

  getValue(): Answer {
    const params: Record<string, unknown> = {};
    for (const [name, text] of Object.entries(this._typed)) {
      params[name] = paramOf(defaultOf(this._params[name]), text);
    }
    const date = this._date ? new Date(this._date).toISOString() : undefined;
    return date === undefined ? { params } : { params, logical_date: date };
  }

  protected override render(): JSX.Element {
    const names = Object.keys(this._params);
    return (
      <>
        {names.length ? null : (
          <p>{this._trans.__('This Dag has no params.')}</p>
        )}
        {names.map(name => (
          <label key={name}>
            <code>{name}</code>
            <input
              defaultValue={shownOf(defaultOf(this._params[name]))}
              onChange={event => (this._typed[name] = event.target.value)}
            />
          </label>
        ))}
        <label>
          {this._trans.__('Logical date')}
          <input
            type="datetime-local"
            onChange={event => (this._date = event.target.value)}
          />
          <em>{this._trans.__('empty: now')}</em>
        </label>
      </>
    );
  }

  private readonly _typed: Record<string, string> = {};
  private _date = '';
}

/** Show the form; null when the user thinks better of it. */
export async function askForRun(
  params: Params,
  trans: TranslationBundle
): Promise<Answer | null> {
  const result = await showDialog({
    title: trans.__('Run Dag'),
    body: new RunForm(params, trans),
    buttons: [
      Dialog.cancelButton(),
      Dialog.okButton({ label: trans.__('Run') })
    ]
  });
  return result.button.accept ? (result.value as Answer) : null;
}
