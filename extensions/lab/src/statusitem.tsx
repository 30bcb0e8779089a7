/** The environment as one item of the status bar; a click chooses another. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import React from 'react';

import { useSignals } from './components.tsx';
import type { EnvironmentChoice } from './environment.ts';

export function environmentItem(
  environment: EnvironmentChoice,
  choose: () => void,
  trans: TranslationBundle
): ReactWidget {
  return ReactWidget.create(
    <Item environment={environment} choose={choose} trans={trans} />
  );
}

function Item(props: {
  environment: EnvironmentChoice;
  choose: () => void;
  trans: TranslationBundle;
}): JSX.Element {
  const { environment, choose, trans } = props;
  useSignals([environment.changed] as never[]);
  const state = environment.current?.status ?? trans.__('state unknown');
  return (
    <button
      className="jp-MwaaKit-statusItem"
      title={trans.__('The environment that Publish goes to')}
      onClick={choose}
    >
      {`MWAA: ${environment.name} · ${state.toLowerCase()}`}
    </button>
  );
}
