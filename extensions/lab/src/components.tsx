/** Small pieces that several views use. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ISignal } from '@lumino/signaling';
import React from 'react';

import type { IProblem } from './wire.ts';
import { sentence } from './words.ts';

/** Draw again whenever one of the signals is emitted. */
export function useSignals(signals: readonly ISignal<never, unknown>[]): void {
  const [, redraw] = React.useReducer((count: number) => count + 1, 0);
  React.useEffect(() => {
    const slot = (): void => redraw();
    for (const signal of signals) {
      signal.connect(slot);
    }
    return () => {
      for (const signal of signals) {
        signal.disconnect(slot);
      }
    };
  }, signals);
}

/** A value that a signal tells the change of; drawn again only where it is another one. */
export function useValue<T>(
  changed: ISignal<never, unknown>,
  read: () => T
): T {
  const follow = React.useCallback(
    (slot: () => void) => {
      const told = (): void => slot();
      changed.connect(told);
      return () => void changed.disconnect(told);
    },
    [changed]
  );
  return React.useSyncExternalStore(follow, read);
}

/** What happened and what to do next, where the reader looks. */
export function Problem(props: { problem: IProblem }): JSX.Element {
  const { problem } = props;
  return (
    <div className="jp-MwaaKit-problem" role="alert">
      <strong>{sentence(problem)}</strong>
      {problem.hint ? <span>{problem.hint}</span> : null}
    </div>
  );
}

/** What to do next about a finding or a task that failed; nothing where nothing is known. */
export function NextStep(props: {
  hint?: string;
  trans: TranslationBundle;
}): JSX.Element | null {
  const { hint, trans } = props;
  return hint ? (
    <span className="jp-MwaaKit-next">{trans.__('Next: %1', hint)}</span>
  ) : null;
}

/** What to read where there is nothing yet. */
export function Empty(props: { children: React.ReactNode }): JSX.Element {
  return <p className="jp-MwaaKit-empty">{props.children}</p>;
}

/** A state, by word and by colour. */
export function State(props: { state: string; count?: number }): JSX.Element {
  const { state, count } = props;
  return (
    <span className="jp-MwaaKit-state" data-state={state}>
      {state.replaceAll('_', ' ')}
      {count === undefined || count === 1 ? '' : ` × ${count}`}
    </span>
  );
}
