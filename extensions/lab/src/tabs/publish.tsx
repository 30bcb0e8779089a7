/** Where the Dag goes, what a publish would do, how it goes, and since when it is live. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import React from 'react';

import { State, useSignals } from '../components.tsx';
import { PRACTICE, type EnvironmentChoice } from '../environment.ts';
import type { NotebookSession } from '../session.ts';
import { Progress } from './progress.tsx';

export interface IPublishActions {
  choose(name: string): void;
  practice(action: 'start' | 'stop'): void;
  publish(): void;
  plan(): void;
}

export class PublishView extends ReactWidget {
  constructor(
    private readonly _session: NotebookSession,
    private readonly _environment: EnvironmentChoice,
    private readonly _act: IPublishActions,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-MwaaKit-view');
  }

  protected override render(): JSX.Element {
    return (
      <Publish
        session={this._session}
        environment={this._environment}
        act={this._act}
        trans={this._trans}
      />
    );
  }
}

function Publish(props: {
  session: NotebookSession;
  environment: EnvironmentChoice;
  act: IPublishActions;
  trans: TranslationBundle;
}): JSX.Element {
  const { session, environment, act, trans } = props;
  const { jobs } = session;
  useSignals([
    jobs.changed,
    environment.changed,
    session.asked.changed
  ] as never[]);
  const planning = session.asked.has('plan');
  const asked = session.asked.has('plan', 'publish');
  const { current, known, name } = environment;
  const isPractice = name === PRACTICE;
  const running = current?.status === 'AVAILABLE';
  const starting = jobs.practice;
  const [last] = jobs.for(session.path, 'publish');
  return (
    <>
      <p className="jp-MwaaKit-statusline">
        <label>
          {trans.__('Environment')}{' '}
          <select
            value={name}
            onChange={event => act.choose(event.target.value)}
          >
            {known.map(one => (
              <option key={one.name}>{one.name}</option>
            ))}
            {current ? null : <option>{name}</option>}
          </select>
        </label>
        {current?.status ? <State state={current.status} /> : null}
        {current?.airflow_version ? (
          <span>{trans.__('Airflow %1', current.airflow_version)}</span>
        ) : null}
        {isPractice ? (
          <button
            disabled={starting?.running || session.asked.has('practice')}
            onClick={() => act.practice(running ? 'stop' : 'start')}
          >
            {running
              ? trans.__('Stop the practice MWAA')
              : trans.__('Start the practice MWAA')}
          </button>
        ) : null}
      </p>
      <p className="jp-MwaaKit-statusline">
        <button disabled={asked} onClick={() => act.plan()}>
          {trans.__('Show the plan')}
        </button>
        <button
          className="jp-MwaaKit-main"
          disabled={asked || last?.running}
          onClick={() => act.publish()}
        >
          {trans.__('Publish')}
        </button>
        <span role="status">
          {planning
            ? trans.__('Planning…')
            : asked
              ? trans.__('Publishing…')
              : ''}
        </span>
      </p>
      {isPractice && starting ? (
        <Progress job={starting} jobs={jobs} trans={trans} />
      ) : null}
      {last ? <Progress job={last} jobs={jobs} trans={trans} /> : null}
    </>
  );
}
