/** Above a cell: what it is in the Dag, what it takes and gives, and how its task fared in the run. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import React from 'react';

import { NextStep, State, useSignals, useValue } from '../components.tsx';
import type { RunState } from '../runstate.ts';
import type { NotebookSession } from '../session.ts';
import type { ILiveCell } from '../wire.ts';

/** Called with the id of a command and what it takes. */
export type Act = (
  command: 'run' | 'to' | 'from' | 'answer',
  taskId: string
) => void;

export class CellBadge extends ReactWidget {
  constructor(
    private readonly _session: NotebookSession,
    private readonly _cellId: string,
    private readonly _act: Act,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-MwaaKit-badge');
  }

  protected override render(): JSX.Element {
    return (
      <Badge
        session={this._session}
        cellId={this._cellId}
        act={this._act}
        trans={this._trans}
      />
    );
  }
}

function Badge(props: {
  session: NotebookSession;
  cellId: string;
  act: Act;
  trans: TranslationBundle;
}): JSX.Element | null {
  const { session, act, trans } = props;
  useSignals([session.runChanged, session.asked.changed] as never[]);
  const cell = useValue(session.liveChanged as never, () =>
    session.cellWith(props.cellId)
  );
  if (!cell || !speaks(cell)) {
    return null;
  }
  const [taskId] = cell.task_ids;
  return (
    <div className="jp-MwaaKit-badgeRow" title={cell.why}>
      <span className="jp-MwaaKit-role">{roleWords(cell, trans)}</span>
      {taskId === undefined ? null : (
        <Flow cell={cell} trans={trans} key="flow" />
      )}
      {taskId === undefined || !session.run ? null : (
        <Fared run={session.run} taskId={taskId} trans={trans} />
      )}
      {taskId === undefined ? null : (
        <Buttons
          taskId={taskId}
          asks={Boolean(
            session.run?.questions.some(one => one.task_id === taskId)
          )}
          busy={session.busy}
          act={act}
          trans={trans}
        />
      )}
    </div>
  );
}

/** Text and exploring cells say nothing; they are drawn grey where they are not shipped. */
export function speaks(cell: ILiveCell): boolean {
  return !['markdown', 'raw', 'exploration'].includes(cell.role);
}

function roleWords(cell: ILiveCell, trans: TranslationBundle): string {
  if (cell.task_ids.length) {
    return cell.task_ids.join(', ');
  }
  switch (cell.role) {
    case 'params':
      return trans.__('params');
    case 'dag':
      return trans.__('Dag');
    case 'shared':
    case 'library':
      return trans.__('shared');
    case 'skip':
      return trans.__('not shipped');
    default:
      return cell.role;
  }
}

function Flow(props: {
  cell: ILiveCell;
  trans: TranslationBundle;
}): JSX.Element | null {
  const { takes, gives } = props.cell;
  const taken = takes.filter(take => take.kind === 'task');
  const reasons = taken.map(take => take.reason).join('\n');
  if (!taken.length && !gives.length) {
    return null;
  }
  return (
    <span className="jp-MwaaKit-flow" title={reasons}>
      {taken.map(take => take.name).join(', ')}
      {' → '}
      {gives.map(give => give.name).join(', ')}
    </span>
  );
}

function Fared(props: {
  run: RunState;
  taskId: string;
  trans: TranslationBundle;
}): JSX.Element | null {
  const { run, taskId, trans } = props;
  const instances = run.of(taskId);
  if (!instances.length) {
    return null;
  }
  const counts = run.counts()[taskId] ?? {};
  const spans = instances.map(one =>
    one.started !== null && one.ended !== null ? one.ended - one.started : 0
  );
  const longest = Math.max(...spans);
  const bytes = run.left
    .filter(left => left.task_id === taskId)
    .reduce((sum, left) => sum + left.bytes, 0);
  // Where a result was taken from is told on hover; what went wrong is told in full view.
  const reason = instances.find(one => one.reason && !one.reused)?.reason;
  const taken = instances.find(one => one.reused)?.reason;
  return (
    <span className="jp-MwaaKit-fared">
      {Object.entries(counts).map(([state, count]) => (
        <State state={state} count={count} key={state} />
      ))}
      {instances.some(one => one.reused) ? (
        <em title={taken}>{trans.__('reused')}</em>
      ) : null}
      {longest > 0 ? <span>{seconds(longest)}</span> : null}
      {bytes > 0 ? <span>{size(bytes)}</span> : null}
      {reason ? (
        <span className="jp-MwaaKit-reason" title={reason}>
          {reason}
        </span>
      ) : null}
      <NextStep hint={instances.find(one => one.hint)?.hint} trans={trans} />
    </span>
  );
}

function Buttons(props: {
  taskId: string;
  asks: boolean;
  busy: boolean;
  act: Act;
  trans: TranslationBundle;
}): JSX.Element {
  const { taskId, asks, busy, act, trans } = props;
  return (
    <span className="jp-MwaaKit-buttons">
      {asks ? (
        <button
          className="jp-MwaaKit-main"
          title={trans.__('Tell the task what it asks')}
          onClick={() => act('answer', taskId)}
        >
          {trans.__('Answer…')}
        </button>
      ) : null}
      <button
        disabled={busy}
        title={trans.__('Run this task only')}
        onClick={() => act('run', taskId)}
      >
        {trans.__('Run task')}
      </button>
      <button
        disabled={busy}
        title={trans.__('Run this task and all that it waits for')}
        onClick={() => act('to', taskId)}
      >
        {trans.__('to here')}
      </button>
      <button
        disabled={busy}
        title={trans.__('Run this task and all that waits for it')}
        onClick={() => act('from', taskId)}
      >
        {trans.__('from here')}
      </button>
    </span>
  );
}

/** 850 ms, 2.4 s, 3 min 5 s. */
export function seconds(milliseconds: number): string {
  if (milliseconds < 1000) {
    return `${Math.round(milliseconds)} ms`;
  }
  const whole = milliseconds / 1000;
  return whole < 60
    ? `${whole.toFixed(1)} s`
    : `${Math.floor(whole / 60)} min ${Math.round(whole % 60)} s`;
}

/** 640 B, 12.4 kB, 3.1 MB. */
export function size(bytes: number): string {
  if (bytes < 1000) {
    return `${bytes} B`;
  }
  return bytes < 1_000_000
    ? `${(bytes / 1000).toFixed(1)} kB`
    : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
