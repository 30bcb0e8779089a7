/** Ask for the params and the date of a run. */
import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import React from 'react';

import type { IDag, IRunRequest } from '../wire.ts';
import { Fields, valuesOf, type Typed } from './fields.tsx';
import { fieldOf, type IParamField } from './params.ts';

type Answer = Pick<IRunRequest, 'params' | 'logical_date'>;

class RunForm extends ReactWidget {
  constructor(
    private readonly _fields: readonly IParamField[],
    private readonly _typed: { params: Typed; date: string },
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-MwaaKit-form');
  }

  /** The answer; null while something in the form is no value of its param. */
  getValue(): Answer | null {
    const { date } = this._typed;
    const params = valuesOf(this._fields, this._typed.params);
    return (
      params &&
      (date
        ? { params, logical_date: new Date(date).toISOString() }
        : { params })
    );
  }

  protected override render(): JSX.Element {
    const trans = this._trans;
    return (
      <>
        {this._fields.length ? null : (
          <p>{trans.__('This Dag has no params.')}</p>
        )}
        <Fields
          fields={this._fields}
          typed={this._typed.params}
          changed={() => this.update()}
          trans={trans}
        />
        <label>
          {trans.__('Logical date')}
          <input
            type="datetime-local"
            defaultValue={this._typed.date}
            onChange={event => (this._typed.date = event.target.value)}
          />
          <em>{trans.__('empty: now')}</em>
        </label>
      </>
    );
  }
}

/** Show the form until it can be read; null when the user thinks better of it. */
export async function askForRun(
  dag: IDag | null,
  trans: TranslationBundle
): Promise<Answer | null> {
  const schemas = dag?.param_schemas ?? {};
  const fields = Object.entries(dag?.params ?? {}).map(([name, usual]) =>
    fieldOf(name, usual, schemas[name])
  );
  const typed = { params: new Map<string, string>(), date: '' };
  for (;;) {
    const { button, value } = await showDialog<Answer | null>({
      title: trans.__('Run Dag'),
      body: new RunForm(fields, typed, trans),
      focusNodeSelector: '.jp-MwaaKit-form input, .jp-MwaaKit-form select',
      buttons: [
        Dialog.cancelButton(),
        Dialog.okButton({ label: trans.__('Run') })
      ]
    });
    if (!button.accept || value !== null) {
      return button.accept ? value : null;
    }
  }
}
