/** The schedule of a Dag, with the next ten runs in the user's own time zone. */
import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import React from 'react';

import type { Api } from '../api.ts';
import { problemOf } from '../telling.ts';
import type { IDag, ISchedule } from '../wire.ts';

/** The presets of Airflow, with what they mean. */
const PRESETS = [
  '@once',
  '@hourly',
  '@daily',
  '@weekly',
  '@monthly',
  '@yearly'
];

/** The zone in which a cron expression is meant: that of the start date, as it is written. */
function zoneOf(startDate: string | null | undefined): string {
  const named = /\btz(?:info)?\s*=[^"']*["']([\w/+-]+)["']/;
  return named.exec(startDate ?? '')?.[1] ?? 'UTC';
}

class ScheduleForm extends ReactWidget {
  constructor(
    private readonly _api: Api,
    private _expression: string,
    private readonly _zone: string,
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
        dagZone={this._zone}
        changed={text => (this._expression = text)}
        trans={this._trans}
      />
    );
  }
}

function Form(props: {
  api: Api;
  first: string;
  dagZone: string;
  changed: (text: string) => void;
  trans: TranslationBundle;
}): JSX.Element {
  const { api, dagZone, trans } = props;
  const [text, setText] = React.useState(props.first);
  const [found, setFound] = React.useState<ISchedule | null>(null);
  const [wrong, setWrong] = React.useState('');
  React.useEffect(() => {
    props.changed(text);
    let here = true;
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const timer = window.setTimeout(() => {
      api.schedule(text, zone, dagZone).then(
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
      <label className="jp-MwaaKit-above">
        {trans.__('A cron expression or a preset; empty for none')}
        <input
          value={text}
          list="mwaa-kit-presets"
          placeholder="0 6 * * *"
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
          <p role="status">
            {`${found.summary} (${dagZone})`}
            {found.runs.length
              ? ' · ' + trans.__('next runs, in %1:', found.zone)
              : null}
          </p>
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
  dag: IDag,
  trans: TranslationBundle
): Promise<string | null> {
  const { button, value } = await showDialog({
    title: trans.__('Schedule'),
    focusNodeSelector: '.jp-MwaaKit-form input',
    body: new ScheduleForm(
      api,
      dag.schedule ?? '',
      zoneOf(dag.start_date),
      trans
    ),
    buttons: [
      Dialog.cancelButton(),
      Dialog.okButton({ label: trans.__('Set') })
    ]
  });
  return button.accept ? value : null;
}
