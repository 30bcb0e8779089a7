/** How a job goes: its steps as they come, and how it ended. */
import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { Problem, State } from '../components.tsx';
import type { Jobs } from '../jobs.ts';
import type { RunState } from '../runstate.ts';
import { attempt } from '../telling.ts';

export function Progress(props: {
  job: RunState;
  jobs: Jobs;
  trans: TranslationBundle;
}): JSX.Element {
  const { job, jobs, trans } = props;
  const words =
    job.job.kind === 'publish'
      ? trans.__('Publish')
      : trans.__('Practice MWAA');
  return (
    <section className="jp-MwaaKit-progress" aria-label={words}>
      <p role="status">
        {words} <State state={job.state} />{' '}
        {job.running ? (
          <button
            disabled={job.cancelling}
            onClick={() => void attempt(() => jobs.cancel(job.job.id))}
          >
            {trans.__('Cancel')}
          </button>
        ) : null}
      </p>
      {job.job.error ? <Problem problem={job.job.error} /> : null}
      {job.steps.length ? (
        <ol>
          {job.steps.map((step, at) => (
            <li key={at}>{step}</li>
          ))}
        </ol>
      ) : null}
      <Published answer={job.answer} trans={trans} />
    </section>
  );
}

/** What a publish came to, Dag by Dag: since when it is live, or why it is not. */
function Published(props: {
  answer: Record<string, unknown>;
  trans: TranslationBundle;
}): JSX.Element | null {
  const { trans } = props;
  const { liveness = [], uploaded, release } = props.answer as IPublished;
  if (!release) {
    return null;
  }
  return (
    <>
      {liveness.map(one => (
        <p key={one.dag_id}>
          <strong>{one.dag_id}</strong> {livenessWords(one, trans)}
        </p>
      ))}
      <p>
        {trans.__(
          'Release %1: %2',
          release.slice(0, 12),
          uploaded
            ? trans._n('%1 object written', '%1 objects written', uploaded)
            : trans.__('it was there already')
        )}
      </p>
    </>
  );
}

function livenessWords(one: ILiveness, trans: TranslationBundle): string {
  if (!one.live_since) {
    return one.problem;
  }
  const since = new Date(one.live_since).toLocaleString(undefined, {
    dateStyle: 'medium',
    timeStyle: 'medium'
  });
  const live = trans.__('Live since %1', since);
  return one.paused
    ? trans.__('%1. It is paused: its schedule starts no run.', live)
    : live;
}

interface ILiveness {
  dag_id: string;
  live_since: string | null;
  paused: boolean | null;
  problem: string;
}

interface IPublished {
  release?: string;
  uploaded?: number;
  liveness?: ILiveness[];
}
