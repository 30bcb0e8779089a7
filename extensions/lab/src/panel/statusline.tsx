/** One line above the picture: what stands in the way, or how the run goes. */
import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { Problem, State, useSignals } from '../components.tsx';
import type { NotebookSession } from '../session.ts';
import type { RunState } from '../runstate.ts';
import type { ISessions } from '../tokens.ts';
import { sentence } from '../words.ts';

export function statusLine(
  sessions: ISessions,
  session: () => NotebookSession | null,
  answer: (taskId: string) => void,
  trans: TranslationBundle
): JSX.Element {
  return (
    <StatusLine
      sessions={sessions}
      session={session}
      answer={answer}
      trans={trans}
    />
  );
}

function StatusLine(props: {
  sessions: ISessions;
  session: () => NotebookSession | null;
  answer(taskId: string): void;
  trans: TranslationBundle;
}): JSX.Element {
  const { sessions, trans } = props;
  const session = props.session();
  const { jobs } = sessions;
  useSignals([
    sessions.currentChanged,
    jobs.changed,
    jobs.socket.connectedChanged,
    ...(session
      ? [session.liveChanged, session.runChanged, session.asked.changed]
      : [])
  ] as never[]);
  if (!session) {
    return <p>{trans.__('Open a notebook to see its Dag here.')}</p>;
  }
  const { problem, live, foreign } = session;
  if (foreign !== null) {
    return (
      <p>
        {trans.__('A Dag is written in Python; this notebook in %1.', foreign)}
      </p>
    );
  }
  if (problem) {
    return <Problem problem={problem} />;
  }
  return (
    <p className="jp-MwaaKit-statusline" role="status">
      {live ? (
        <DagChoice session={session} trans={trans} />
      ) : (
        trans.__('Reading…')
      )}
      {session.asked.has('run') ? (
        <span>{trans.__('Starting the run…')}</span>
      ) : session.run ? (
        <RunWords run={session.run} trans={trans} />
      ) : null}
      {session.run?.questions.map(({ task_id, map_index, subject }) => (
        <button
          className="jp-MwaaKit-main"
          key={`${task_id} ${map_index}`}
          title={subject}
          onClick={() => props.answer(task_id)}
        >
          {trans.__('Answer %1…', task_id)}
        </button>
      ))}
      {jobs.socket.connected ? null : (
        <em>{trans.__('No connection to the server; trying again…')}</em>
      )}
    </p>
  );
}

function DagChoice(props: {
  session: NotebookSession;
  trans: TranslationBundle;
}): JSX.Element {
  const { session, trans } = props;
  const { dag, dags } = session;
  const schedule = dag?.schedule ?? trans.__('no schedule');
  if (dags.length < 2) {
    return (
      <span>
        <strong>{dag?.dag_id}</strong> {dag ? `· ${schedule}` : ''}
      </span>
    );
  }
  return (
    <span>
      <select
        aria-label={trans.__('Which Dag')}
        value={dag?.dag_id}
        onChange={event => session.chooseDag(event.target.value)}
      >
        {dags.map(one => (
          <option key={one.dag_id}>{one.dag_id}</option>
        ))}
      </select>{' '}
      · {schedule}
    </span>
  );
}

function RunWords(props: {
  run: RunState;
  trans: TranslationBundle;
}): JSX.Element {
  const { run, trans } = props;
  const ended = [...run.instances.values()].filter(one => one.ended).length;
  const total = Math.max(run.tasks.length, run.instances.size);
  const words = run.cancelling
    ? trans.__('cancelling…')
    : total
      ? trans.__('%1 of %2 tasks', ended, total)
      : '';
  return (
    <span>
      <State state={run.state} /> {words}{' '}
      {run.job.error ? <em>{sentence(run.job.error)}</em> : null}
    </span>
  );
}
