/** Ask for the params and the date of a run. */
import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import React from 'react';

import type { IDag, IRunRequest } from '../wire.ts';
import { fieldOf, shownOf, valueOf, type IParamField } from './params.ts';

type Answer = Pick<IRunRequest, 'params' | 'logical_date'>;

/** What was typed so far: a dialog disposes of its body. */
class Typed {
  readonly params = new Map<string, string>();
  date = '';
}

class RunForm extends ReactWidget {
  constructor(
    private readonly _fields: readonly IParamField[],
    private readonly _typed: Typed,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-MwaaKit-form');
  }

  /** The answer; null while something in the form is no value of its param. */
  getValue(): Answer | null {
    const params: Record<string, unknown> = {};
    for (const field of this._fields) {
      const value = this._valueOf(field);
      if (value === undefined) {
        return null;
      }
      params[field.name] = value;
    }
    const { date } = this._typed;
    return date
      ? { params, logical_date: new Date(date).toISOString() }
      : { params };
  }

  protected override render(): JSX.Element {
    const trans = this._trans;
    return (
      <>
        {this._fields.length ? null : (
          <p>{trans.__('This Dag has no params.')}</p>
        )}
        {this._fields.map(field => (
          <label key={field.name}>
            <code>{field.name}</code>
            {this._control(field)}
            {this._valueOf(field) === undefined ? (
              <strong role="alert">{wanted(field, trans)}</strong>
            ) : field.description ? (
              <em>{field.description}</em>
            ) : null}
          </label>
        ))}
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

  private _control(field: IParamField): JSX.Element {
    const shown = this._text(field);
    if (field.kind === 'choice') {
      return (
        <select
          value={shown}
          onChange={event => this._set(field, event.target.value)}
        >
          {field.choices.map(shownOf).map(choice => (
            <option key={choice}>{choice}</option>
          ))}
        </select>
      );
    }
    if (field.kind === 'flag') {
      return (
        <input
          type="checkbox"
          checked={shown === 'true'}
          onChange={event => this._set(field, String(event.target.checked))}
        />
      );
    }
    return (
      <input
        value={shown}
        inputMode={field.kind === 'number' ? 'decimal' : 'text'}
        aria-invalid={this._valueOf(field) === undefined}
        onChange={event => this._set(field, event.target.value)}
      />
    );
  }

  private _set(field: IParamField, typed: string): void {
    this._typed.params.set(field.name, typed);
    this.update();
  }

  private _text(field: IParamField): string {
    return this._typed.params.get(field.name) ?? field.shown;
  }

  private _valueOf(field: IParamField): unknown {
    return valueOf(field, this._text(field));
  }
}

function wanted(field: IParamField, trans: TranslationBundle): string {
  if (field.kind === 'number') {
    return field.whole
      ? trans.__('a whole number, such as 3')
      : trans.__('a number, such as 0.5');
  }
  return Array.isArray(field.usual)
    ? trans.__('a JSON list, such as [1, 2]')
    : trans.__('a JSON object, such as {"a": 1}');
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
  const typed = new Typed();
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
