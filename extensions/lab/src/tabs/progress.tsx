/** How a job goes: its steps as they come, and how it ended. */
import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { Problem, State } from '../components.tsx';
import type { Jobs } from '../jobs.ts';
import type { RunState } from '../runstate.ts';
import { attempt } from '../commands/running.ts';

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
      {job.job.error ? (
        <Problem
          message={job.job.error.message}
          hint={job.job.error.hint ?? null}
        />
      ) : null}
      <ol>
        {job.steps.map((step, at) => (
          <li key={at}>{step}</li>
        ))}
      </ol>
    </section>
  );
}
