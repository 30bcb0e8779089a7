/** The runs that are recorded beside the notebook, also those of the command line and of earlier days. */
import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { attempt } from '../telling.ts';
import { Empty, State } from '../components.tsx';
import type { NotebookSession } from '../session.ts';
import type { IRecordedRun } from '../wire.ts';
import type { IRunActions } from './runs.tsx';

/** Read when it is opened, and again after each run while it is open. */
export function RecordedRuns(props: {
  session: NotebookSession;
  act: Pick<IRunActions, 'openCard'>;
  trans: TranslationBundle;
}): JSX.Element {
  const { session, act, trans } = props;
  const [open, setOpen] = React.useState(false);
  const [runs, setRuns] = React.useState<IRecordedRun[] | null>(null);
  const ended = session.runs.filter(run => !run.running).length;
  React.useEffect(() => {
    if (open) {
      void attempt(async () =>
        setRuns(await session.api.recorded(session.path))
      );
    }
  }, [open, ended]);
  return (
    <details onToggle={event => setOpen(event.currentTarget.open)}>
      <summary>{trans.__('Earlier runs')}</summary>
      {runs?.length === 0 ? (
        <Empty>{trans.__('No run is recorded beside this notebook.')}</Empty>
      ) : null}
      <table className="jp-MwaaKit-table">
        <tbody>
          {(runs ?? []).map(run => (
            <tr key={`${run.run_id} ${run.started_at}`} title={run.run_id}>
              <td>{new Date(run.started_at).toLocaleString()}</td>
              <td>{run.dag_id}</td>
              <td>
                <State state={run.state} />
              </td>
              <td>
                {Object.entries(run.task_states)
                  .map(([state, count]) => `${state} ${count}`)
                  .join(', ')}
              </td>
              <td>
                <button
                  onClick={() =>
                    act.openCard({ id: run.run_id, path: session.path })
                  }
                >
                  {trans.__('Run card')}
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
