/** The environment as one item of the status bar; a click chooses another. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import React from 'react';

import { useSignals } from './components.tsx';
import { PRACTICE, type EnvironmentChoice } from './environment.ts';
import type { Jobs } from './jobs.ts';

export function environmentItem(
  environment: EnvironmentChoice,
  jobs: Jobs,
  choose: () => void,
  trans: TranslationBundle
): ReactWidget {
  return ReactWidget.create(
    <Item environment={environment} jobs={jobs} choose={choose} trans={trans} />
  );
}

function Item(props: {
  environment: EnvironmentChoice;
  jobs: Jobs;
  choose: () => void;
  trans: TranslationBundle;
}): JSX.Element {
  const { environment, jobs, choose, trans } = props;
  useSignals([environment.changed, jobs.changed] as never[]);
  const { practice } = jobs;
  const going =
    environment.name === PRACTICE && practice?.running
      ? practice.steps.at(-1)
      : undefined;
  const status = environment.current?.status ?? trans.__('state unknown');
  const state = going ?? status.toLowerCase();
  return (
    <button
      className="jp-MwaaKit-statusItem"
      title={trans.__('The environment that Publish goes to')}
      onClick={choose}
    >
      {`MWAA: ${environment.name} · ${state}`}
    </button>
  );
}
