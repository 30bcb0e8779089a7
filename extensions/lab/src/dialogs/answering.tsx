/** Show what a task asks a person, and take the answer. */
import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import React from 'react';

import type { IAnswer, IQuestion } from '../wire.ts';
import { Fields, valuesOf, type Typed } from './fields.tsx';
import { fieldOf, type IParamField } from './params.ts';

class AnswerForm extends ReactWidget {
  constructor(
    private readonly _question: IQuestion,
    private readonly _fields: readonly IParamField[],
    private readonly _given: { options: Set<string>; params: Typed },
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-MwaaKit-form');
  }

  /** The answer; null while no option is chosen, or something in the form is no value of its field. */
  getValue(): IAnswer | null {
    const chosen = this._given.options;
    const options = this._question.options.filter(one => chosen.has(one));
    const params = valuesOf(this._fields, this._given.params);
    return params && options.length ? { options, params } : null;
  }

  protected override render(): JSX.Element {
    const { subject, body, problem, options } = this._question;
    return (
      <>
        <strong>{subject}</strong>
        {body ? <pre className="jp-MwaaKit-said">{body}</pre> : null}
        {problem ? (
          <p role="alert" className="jp-MwaaKit-problem">
            {problem}
          </p>
        ) : null}
        {options.length > 1 ? this._choices() : null}
        <Fields
          fields={this._fields}
          typed={this._given.params}
          changed={() => this.update()}
          trans={this._trans}
        />
      </>
    );
  }

  private _choices(): JSX.Element {
    const { options, multiple } = this._question;
    const given = this._given;
    return (
      <fieldset className="jp-MwaaKit-choices">
        <legend>
          {multiple
            ? this._trans.__('Choose one or several')
            : this._trans.__('Choose one')}
        </legend>
        {options.map(option => (
          <label key={option} className="jp-MwaaKit-choice">
            <input
              type={multiple ? 'checkbox' : 'radio'}
              name="mwaa-kit-option"
              checked={given.options.has(option)}
              onChange={event => {
                if (!multiple) {
                  given.options.clear();
                }
                given.options[event.target.checked ? 'add' : 'delete'](option);
                this.update();
              }}
            />{' '}
            {option}
          </label>
        ))}
      </fieldset>
    );
  }
}

/** Ask until the form can be read; null when the user thinks better of it. */
export async function askForAnswer(
  question: IQuestion,
  trans: TranslationBundle
): Promise<IAnswer | null> {
  const fields = Object.entries(question.params).map(
    ([name, { value, schema, description }]) =>
      fieldOf(name, value, { description: description ?? '', ...schema })
  );
  const [only, ...others] = question.options;
  const chosen = others.length || !only ? (question.defaults ?? []) : [only];
  const given = {
    options: new Set(chosen),
    params: new Map<string, string>()
  };
  for (;;) {
    const { button, value } = await showDialog<IAnswer | null>({
      title: trans.__('%1 asks', question.task_id),
      body: new AnswerForm(question, fields, given, trans),
      focusNodeSelector: '.jp-MwaaKit-form input, .jp-MwaaKit-form select',
      buttons: [
        Dialog.cancelButton({ label: trans.__('Not now') }),
        Dialog.okButton({
          label: others.length || !only ? trans.__('Answer') : only
        })
      ]
    });
    if (!button.accept || value !== null) {
      return button.accept ? value : null;
    }
  }
}
