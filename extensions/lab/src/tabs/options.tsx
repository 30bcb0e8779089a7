/** The options of a task as a form: Airflow's own argument names, each value as Python text. */
import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { pythonOf, textOf, type IField } from './optionfields.ts';
import { FIELDS } from './optionfields.ts';

export function OptionsForm(props: {
  options: Record<string, unknown>;
  trans: TranslationBundle;
  set: (options: Record<string, string | null>) => void;
}): JSX.Element {
  const { options, trans, set } = props;
  const known = new Set(FIELDS.map(field => field.name));
  const others = Object.keys(options).filter(name => !known.has(name));
  const fields: IField[] = [
    ...FIELDS,
    ...others.map(name => ({ name, kind: 'python' as const, hint: '' }))
  ];
  return (
    <form
      className="jp-MwaaKit-form"
      onSubmit={event => event.preventDefault()}
    >
      {fields.map(field => (
        <Field
          key={field.name}
          field={field}
          text={textOf(field, options[field.name])}
          trans={trans}
          set={text => set({ [field.name]: text })}
        />
      ))}
    </form>
  );
}

/** One option: set when it is left or Enter is pressed; taken away when it is emptied. */
function Field(props: {
  field: IField;
  text: string;
  trans: TranslationBundle;
  set: (text: string | null) => void;
}): JSX.Element {
  const { field, trans } = props;
  const [text, setText] = React.useState(props.text);
  const [wrong, setWrong] = React.useState('');
  const commit = (next: string): void => {
    setText(next);
    if (next === props.text) {
      return;
    }
    const python = pythonOf(field, next);
    setWrong(python === undefined ? field.hint : '');
    if (python !== undefined) {
      props.set(python);
    }
  };
  const id = `mwaa-kit-option-${field.name}`;
  return (
    <label htmlFor={id}>
      <code>{field.name}</code>
      {field.kind === 'choice' ? (
        <select
          id={id}
          value={text}
          onChange={event => commit(event.target.value)}
        >
          <option value="">{trans.__('(default)')}</option>
          {field.choices?.map(choice => (
            <option key={choice}>{choice}</option>
          ))}
        </select>
      ) : (
        <input
          id={id}
          value={text}
          placeholder={field.hint}
          aria-invalid={wrong !== ''}
          onChange={event => setText(event.target.value)}
          onBlur={event => commit(event.target.value)}
          onKeyDown={event => {
            if (event.key === 'Enter') {
              commit(event.currentTarget.value);
            }
          }}
        />
      )}
      {wrong ? <em role="alert">{wrong}</em> : null}
    </label>
  );
}
