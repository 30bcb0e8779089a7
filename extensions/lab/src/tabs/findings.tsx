/** What there is to mend, each with its place and its next step. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import { Signal } from '@lumino/signaling';
import React from 'react';

import { Empty, NextStep, useSignals } from '../components.tsx';
import type { NotebookSession } from '../session.ts';
import type { IFinding } from '../wire.ts';
import { joined } from './joining.ts';

/** What the last check of a notebook said; what Airflow says is in it, what the notebook says is live. */
export class Checked {
  readonly changed = new Signal<this, void>(this);
  findings: IFinding[] | null = null;
  busy = false;

  set(findings: IFinding[] | null, busy: boolean): void {
    this.findings = findings;
    this.busy = busy;
    this.changed.emit();
  }
}

export interface IFindingActions {
  open(finding: IFinding): void;
  fix(finding: IFinding): void;
  check(): void;
}

export class FindingsView extends ReactWidget {
  constructor(
    private readonly _session: NotebookSession,
    private readonly _checked: Checked,
    private readonly _act: IFindingActions,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-MwaaKit-view');
    _session.liveChanged.connect(this._count, this);
    _checked.changed.connect(this._count, this);
    this._count();
  }

  override dispose(): void {
    this._session.liveChanged.disconnect(this._count, this);
    this._checked.changed.disconnect(this._count, this);
    super.dispose();
  }

  /** How many there are is seen without opening the view. */
  private _count(): void {
    const count = foundIn(this._session, this._checked).length;
    const label = this._trans.__('Findings');
    this.title.label = count ? `${label} · ${count}` : label;
  }

  protected override render(): JSX.Element {
    return (
      <Findings
        session={this._session}
        checked={this._checked}
        act={this._act}
        trans={this._trans}
      />
    );
  }
}

function foundIn(session: NotebookSession, checked: Checked): IFinding[] {
  return joined(session.live?.findings ?? [], checked.findings ?? []);
}

function Findings(props: {
  session: NotebookSession;
  checked: Checked;
  act: IFindingActions;
  trans: TranslationBundle;
}): JSX.Element {
  const { session, checked, act, trans } = props;
  useSignals([session.liveChanged, checked.changed] as never[]);
  const found = foundIn(session, checked);
  return (
    <>
      <p>
        <button disabled={checked.busy} onClick={() => act.check()}>
          {checked.busy ? trans.__('Checking…') : trans.__('Check')}
        </button>{' '}
        {checked.findings === null
          ? trans.__(
              'The list follows the notebook; a check also imports it with Airflow and compares it with MWAA.'
            )
          : trans.__('Checked as it was saved.')}
      </p>
      {found.length ? null : <Empty>{trans.__('Nothing to mend.')}</Empty>}
      <ul className="jp-MwaaKit-findings">
        {found.map((one, at) => (
          <Finding finding={one} act={act} trans={trans} key={at} />
        ))}
      </ul>
    </>
  );
}

function Finding(props: {
  finding: IFinding;
  act: IFindingActions;
  trans: TranslationBundle;
}): JSX.Element {
  const { finding, act, trans } = props;
  const place =
    finding.cell === null
      ? finding.path
      : finding.line === null
        ? trans.__('cell %1', finding.cell)
        : trans.__('cell %1, line %2', finding.cell, finding.line);
  return (
    <li data-severity={finding.severity}>
      <button
        className="jp-MwaaKit-place"
        disabled={finding.cell === null}
        onClick={() => act.open(finding)}
      >
        {place}
      </button>{' '}
      <strong>
        {finding.severity} {finding.code} {finding.name}
      </strong>{' '}
      <span>{finding.message}</span>{' '}
      <NextStep hint={finding.hint} trans={trans} />
      {finding.fix ? (
        <>
          {' '}
          <button onClick={() => act.fix(finding)}>{trans.__('Fix…')}</button>
        </>
      ) : null}
    </li>
  );
}
