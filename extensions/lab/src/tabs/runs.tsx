/** The runs of the notebook: which one is shown, its timeline, and its log. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import React from 'react';

import { seconds } from '../cells/badge.tsx';
import { Empty, State, useSignals } from '../components.tsx';
import type { RunState } from '../runstate.ts';
import type { NotebookSession } from '../session.ts';
import type { IOnRecord } from '../wire.ts';
import { sentence } from '../words.ts';
import { RecordedRuns } from './recorded.tsx';
import { barsOf } from './timeline.ts';

export interface IRunActions {
  start(): void;
  resume(): void;
  cancel(): void;
  answer(taskId: string): void;
  openCard(run: IOnRecord): void;
}

export class RunsView extends ReactWidget {
  constructor(
    private readonly _session: NotebookSession,
    private readonly _act: IRunActions,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-MwaaKit-view');
  }

  protected override render(): JSX.Element {
    return <Runs session={this._session} act={this._act} trans={this._trans} />;
  }
}

function Runs(props: {
  session: NotebookSession;
  act: IRunActions;
  trans: TranslationBundle;
}): JSX.Element {
  const { session, act, trans } = props;
  useSignals([
    session.liveChanged,
    session.runChanged,
    session.asked.changed,
    session.jobs.changed
  ] as never[]);
  const { run, runs } = session;
  if (!run) {
    return (
      <>
        <Empty>
          {trans.__('No run yet since JupyterLab was started.')}{' '}
          <button onClick={() => act.start()} disabled={session.busy}>
            {trans.__('Run with params…')}
          </button>
        </Empty>
        <RecordedRuns session={session} act={act} trans={trans} />
      </>
    );
  }
  const again = run.state === 'failed' || run.state === 'cancelled';
  return (
    <>
      <p className="jp-MwaaKit-statusline">
        <select
          aria-label={trans.__('Which run')}
          value={run.job.id}
          onChange={event =>
            session.showRun(
              runs.find(one => one.job.id === event.target.value) ?? null
            )
          }
        >
          {runs.map(one => (
            <option key={one.job.id} value={one.job.id}>
              {new Date(one.job.started_at).toLocaleTimeString()} {one.state}
            </option>
          ))}
        </select>
        <button onClick={() => act.start()} disabled={session.busy}>
          {trans.__('Run with params…')}
        </button>
        {again ? (
          <button onClick={() => act.resume()} disabled={session.busy}>
            {trans.__('Resume')}
          </button>
        ) : null}
        {run.running ? (
          <button onClick={() => act.cancel()} disabled={run.cancelling}>
            {run.cancelling ? trans.__('Cancelling…') : trans.__('Cancel')}
          </button>
        ) : (
          <button onClick={() => act.openCard(run.onRecord)}>
            {trans.__('Run card')}
          </button>
        )}
      </p>
      {run.job.error ? (
        <p role="alert">
          {sentence(run.job.error)} {run.job.error.hint}
        </p>
      ) : null}
      {run.questions.map(one => (
        <p key={`${one.task_id} ${one.map_index}`}>
          <strong>{trans.__('%1 asks', one.task_id)}</strong> {one.subject}{' '}
          <button
            className="jp-MwaaKit-main"
            onClick={() => act.answer(one.task_id)}
          >
            {trans.__('Answer…')}
          </button>
        </p>
      ))}
      <Timeline run={run} session={session} trans={trans} />
      <Log run={run} trans={trans} />
      <RecordedRuns session={session} act={act} trans={trans} />
    </>
  );
}

function Timeline(props: {
  run: RunState;
  session: NotebookSession;
  trans: TranslationBundle;
}): JSX.Element | null {
  const { run, session, trans } = props;
  const bars = barsOf(run, Date.now());
  if (!bars.length) {
    return null;
  }
  return (
    <table
      className="jp-MwaaKit-timeline"
      aria-label={trans.__('Timeline of the run')}
    >
      <tbody>
        {bars.map(bar => (
          <tr key={`${bar.task_id} ${bar.map_index}`}>
            <th scope="row">
              <button
                title={bar.task_id}
                onClick={() => session.select(bar.task_id)}
              >
                {bar.map_index < 0
                  ? bar.task_id
                  : `${bar.task_id}[${bar.map_index}]`}
              </button>
            </th>
            <td>
              <State state={bar.state} />
            </td>
            <td className="jp-MwaaKit-bar">
              <span
                data-state={bar.state}
                style={{
                  marginInlineStart: `${bar.from}%`,
                  width: `max(2px, ${bar.width}%)`
                }}
              />
            </td>
            <td>{bar.span === null ? '' : seconds(bar.span)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Log(props: {
  run: RunState;
  trans: TranslationBundle;
}): JSX.Element | null {
  const { run, trans } = props;
  const end = React.useRef<HTMLPreElement>(null);
  const count = run.dropped + run.log.length;
  React.useEffect(() => {
    const pre = end.current;
    if (pre && run.running) {
      pre.scrollTop = pre.scrollHeight;
    }
  }, [count]);
  if (!run.log.length) {
    return null;
  }
  const dropped = run.dropped
    ? trans.__('… %1 earlier lines are in the record of the run', run.dropped) +
      '\n'
    : '';
  return (
    <pre
      className="jp-MwaaKit-log"
      tabIndex={0}
      ref={end}
      aria-label={trans.__('Log')}
    >
      {dropped}
      {run.log
        .map(
          line =>
            `${line.task_id}${line.map_index < 0 ? '' : `[${line.map_index}]`}  ${line.message}`
        )
        .join('\n')}
    </pre>
  );
}
