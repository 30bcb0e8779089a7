/** The fields of a form: each shows its value, and says what it takes where what was typed is none. */
import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { shownOf, valueOf, type IParamField } from './params.ts';

/** What was typed so far, by the field's name: a dialog disposes of its body. */
export type Typed = Map<string, string>;

/** The values of all fields; null while something that was typed is no value of its field. */
export function valuesOf(
  fields: readonly IParamField[],
  typed: Typed
): Record<string, unknown> | null {
  const values: Record<string, unknown> = {};
  for (const field of fields) {
    const value = valueOf(field, textOf(field, typed));
    if (value === undefined) {
      return null;
    }
    values[field.name] = value;
  }
  return values;
}

export function Fields(props: {
  fields: readonly IParamField[];
  typed: Typed;
  /** Something was typed. */
  changed(): void;
  trans: TranslationBundle;
}): JSX.Element {
  const { fields, typed, changed, trans } = props;
  return (
    <>
      {fields.map(field => (
        <label key={field.name}>
          <code>{field.name}</code>
          <Control
            field={field}
            shown={textOf(field, typed)}
            set={text => {
              typed.set(field.name, text);
              changed();
            }}
          />
          {valueOf(field, textOf(field, typed)) === undefined ? (
            <strong role="alert">{wanted(field, trans)}</strong>
          ) : field.description ? (
            <em>{field.description}</em>
          ) : null}
        </label>
      ))}
    </>
  );
}

function Control(props: {
  field: IParamField;
  shown: string;
  set(text: string): void;
}): JSX.Element {
  const { field, shown, set } = props;
  if (field.kind === 'choice') {
    return (
      <select value={shown} onChange={event => set(event.target.value)}>
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
        onChange={event => set(String(event.target.checked))}
      />
    );
  }
  return (
    <input
      value={shown}
      inputMode={field.kind === 'number' ? 'decimal' : 'text'}
      aria-invalid={valueOf(field, shown) === undefined}
      onChange={event => set(event.target.value)}
    />
  );
}

function textOf(field: IParamField, typed: Typed): string {
  return typed.get(field.name) ?? field.shown;
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
