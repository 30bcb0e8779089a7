/** The schedule of a Dag, with the next ten runs in the user's own time zone. */
import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import React from 'react';

import type { Api } from '../api.ts';
import { problemOf } from '../session.ts';
import type { ISchedule } from '../wire.ts';

/** The presets of Airflow, with what they mean. */
const PRESETS = [
  '@once',
  '@hourly',
  '@daily',
  '@weekly',
  '@monthly',
  '@yearly'
];

class ScheduleForm extends ReactWidget {
  constructor(
    private readonly _api: Api,
    private _expression: string,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-MwaaKit-form');
  }

  getValue(): string {
    return this._expression;
  }

  protected override render(): JSX.Element {
    return (
      <Form
        api={this._api}
        first={this._expression}
        changed={text => (this._expression = text)}
        trans={this._trans}
      />
    );
  }
}

function Form(props: {
  api: Api;
  first: string;
  changed: (text: string) => void;
  trans: TranslationBundle;
}): JSX.Element {
  const { api, trans } = props;
  const [text, setText] = React.useState(props.first);
  const [found, setFound] = React.useState<ISchedule | null>(null);
  const [wrong, setWrong] = React.useState('');
  React.useEffect(() => {
    props.changed(text);
    let here = true;
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const timer = window.setTimeout(() => {
      api.schedule(text, zone).then(
        answer => here && (setFound(answer), setWrong('')),
        (error: unknown) =>
          here && (setFound(null), setWrong(problemOf(error).message))
      );
    }, 250);
    return () => {
      here = false;
      window.clearTimeout(timer);
    };
  }, [text]);
  return (
    <>
      <label>
        {trans.__('Schedule: a cron expression or a preset; empty for none')}
        <input
          value={text}
          list="mwaa-kit-presets"
          onChange={event => setText(event.target.value)}
        />
      </label>
      <datalist id="mwaa-kit-presets">
        {PRESETS.map(preset => (
          <option key={preset}>{preset}</option>
        ))}
      </datalist>
      {wrong ? <p role="alert">{wrong}</p> : null}
      {found ? (
        <>
          <p role="status">{found.summary}</p>
          <ol className="jp-MwaaKit-runs">
            {found.runs.map(run => (
              <li key={run.run_after}>
                {new Date(run.run_after).toLocaleString(undefined, {
                  dateStyle: 'full',
                  timeStyle: 'short'
                })}
              </li>
            ))}
          </ol>
        </>
      ) : null}
    </>
  );
}

/** Ask for a schedule; null when the user thinks better of it. */
export async function askForSchedule(
  api: Api,
  expression: string,
  trans: TranslationBundle
): Promise<string | null> {
  const { button, value } = await showDialog({
    title: trans.__('Schedule'),
    body: new ScheduleForm(api, expression, trans),
    buttons: [
      Dialog.cancelButton(),
      Dialog.okButton({ label: trans.__('Set') })
    ]
  });
  return button.accept ? value : null;
}
