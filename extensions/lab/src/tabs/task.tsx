/** The selected task: why it is one, what it takes and gives, its options, what it left in the run. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import React from 'react';

import { seconds, size } from '../cells/badge.tsx';
import { attempt } from '../telling.ts';
import { Empty, NextStep, State, useSignals } from '../components.tsx';
import type { ILeft } from '../runstate.ts';
import type { NotebookSession } from '../session.ts';
import type { ILiveCell, ITask, IOnRecord, IValue } from '../wire.ts';
import { OptionsForm } from './options.tsx';
import { ValuePreview } from './value.tsx';

export class TaskView extends ReactWidget {
  constructor(
    private readonly _session: NotebookSession,
    private readonly _open: (taskId: string) => void,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-MwaaKit-view');
  }

  protected override render(): JSX.Element {
    return (
      <SelectedTask
        session={this._session}
        open={this._open}
        trans={this._trans}
      />
    );
  }
}

function SelectedTask(props: {
  session: NotebookSession;
  open: (taskId: string) => void;
  trans: TranslationBundle;
}): JSX.Element {
  const { session, trans } = props;
  useSignals([
    session.liveChanged,
    session.runChanged,
    session.selectionChanged
  ] as never[]);
  const task = session.dag?.tasks.find(one => one.task_id === session.selected);
  if (!task) {
    return (
      <Empty>
        {trans.__('Select a task in the picture, or go to its cell.')}
      </Empty>
    );
  }
  const cell = session.cellOf(task.task_id);
  return (
    <div className="jp-MwaaKit-task">
      <h3>
        {task.task_id}{' '}
        <button onClick={() => props.open(task.task_id)}>
          {task.cell === null
            ? trans.__('Go to its cell')
            : trans.__('Go to cell %1', task.cell)}
        </button>
      </h3>
      <p>
        {task.operator}
        {task.trigger_rule === 'all_success'
          ? ''
          : ` · ${trans.__('trigger rule %1', task.trigger_rule)}`}
        {cell ? ` · ${cell.why}` : ''}
      </p>
      <Edges session={session} task={task} trans={trans} />
      {cell ? (
        <Options session={session} cell={cell} task={task} trans={trans} />
      ) : null}
      <Fared session={session} taskId={task.task_id} trans={trans} />
    </div>
  );
}

function Edges(props: {
  session: NotebookSession;
  task: ITask;
  trans: TranslationBundle;
}): JSX.Element {
  const { session, task, trans } = props;
  const edges = session.dag?.edges ?? [];
  const upstream = edges.filter(edge => edge.downstream === task.task_id);
  const downstream = edges.filter(edge => edge.upstream === task.task_id);
  return (
    <dl className="jp-MwaaKit-edges">
      <dt>{trans.__('Waits for')}</dt>
      {upstream.length ? null : <dd>{trans.__('nothing')}</dd>}
      {upstream.map(edge => (
        <dd key={edge.upstream}>
          <button onClick={() => session.select(edge.upstream)}>
            {edge.upstream}
          </button>{' '}
          {edge.reason}
        </dd>
      ))}
      <dt>{trans.__('Waited for by')}</dt>
      {downstream.length ? null : <dd>{trans.__('nothing')}</dd>}
      {downstream.map(edge => (
        <dd key={edge.downstream}>
          <button onClick={() => session.select(edge.downstream)}>
            {edge.downstream}
          </button>{' '}
          {edge.reason}
        </dd>
      ))}
    </dl>
  );
}

function Options(props: {
  session: NotebookSession;
  cell: ILiveCell;
  task: ITask;
  trans: TranslationBundle;
}): JSX.Element {
  const { session, cell, task, trans } = props;
  return (
    <details>
      <summary>{trans.__('Options')}</summary>
      <OptionsForm
        key={`${task.task_id} ${JSON.stringify(cell.options)}`}
        options={cell.options}
        trans={trans}
        set={options =>
          void attempt(() =>
            session.edit({
              do: 'set_options',
              task_id: task.task_id,
              options
            })
          )
        }
      />
    </details>
  );
}

/** How the task fared in the run that is shown: states, values, log. */
function Fared(props: {
  session: NotebookSession;
  taskId: string;
  trans: TranslationBundle;
}): JSX.Element | null {
  const { session, taskId, trans } = props;
  const { run } = session;
  if (!run) {
    return null;
  }
  const lines = run.log.filter(line => line.task_id === taskId);
  const left = run.left.filter(one => one.task_id === taskId);
  return (
    <>
      <ul className="jp-MwaaKit-instances">
        {run.of(taskId).map(one => (
          <li key={one.map_index}>
            {one.map_index >= 0 ? `[${one.map_index}] ` : ''}
            <State state={one.state} />{' '}
            {one.try_number > 1 ? trans.__('try %1', one.try_number) : ''}{' '}
            {one.reused ? trans.__('reused from an earlier run') : ''}{' '}
            {one.started !== null && one.ended !== null
              ? seconds(one.ended - one.started)
              : ''}{' '}
            {one.reason}
            <NextStep hint={one.hint} trans={trans} />
          </li>
        ))}
      </ul>
      {left.map(one => (
        <LeftValue
          session={session}
          run={run.onRecord}
          left={one}
          trans={trans}
          key={`${run.job.id} ${taskId} ${one.map_index} ${one.key}`}
        />
      ))}
      {lines.length ? (
        <pre className="jp-MwaaKit-log" tabIndex={0}>
          {lines.map(line => line.message).join('\n')}
        </pre>
      ) : null}
    </>
  );
}

/** One value; looked at only when it is opened. */
function LeftValue(props: {
  session: NotebookSession;
  run: IOnRecord;
  left: ILeft;
  trans: TranslationBundle;
}): JSX.Element {
  const { session, run, left, trans } = props;
  const [value, setValue] = React.useState<IValue | null>(null);
  const look = (): void => {
    if (!value) {
      const at = {
        task_id: left.task_id,
        map_index: left.map_index,
        key: left.key
      };
      void attempt(async () => setValue(await session.api.value(run, at)));
    }
  };
  const index = left.map_index >= 0 ? `[${left.map_index}] ` : '';
  return (
    <details onToggle={look}>
      <summary>
        {index}
        {left.key} · {left.type} · {size(left.bytes)}
      </summary>
      {value ? <ValuePreview value={value} trans={trans} /> : null}
    </details>
  );
}
