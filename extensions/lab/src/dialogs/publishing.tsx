/** Show a plan, and ask whether to publish it. */
import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import React from 'react';

import { size } from '../cells/badge.tsx';
import type { IPlan } from '../wire.ts';
import { graphWords, newerWords, replacesWords } from './planwords.ts';

export interface IConsent {
  unpause: boolean;
  trigger: boolean;
}

class PlanBody extends ReactWidget {
  constructor(
    private readonly _plan: IPlan,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-MwaaKit-plan');
  }

  getValue(): IConsent {
    return this._consent;
  }

  protected override render(): JSX.Element {
    const trans = this._trans;
    return (
      <>
        <PlanTable plan={this._plan} trans={trans} />
        {stands(this._plan) ? null : this._choices()}
      </>
    );
  }

  private _choices(): JSX.Element {
    const trans = this._trans;
    const paused = this._plan.behaviour.paused_after_publish === true;
    return (
      <>
        {paused ? (
          <p>{trans.__('The Dag is paused after the publish.')}</p>
        ) : null}
        <label>
          <input
            type="checkbox"
            onChange={event => (this._consent.unpause = event.target.checked)}
          />{' '}
          {trans.__('Unpause it, so that its schedule runs')}
        </label>
        <label>
          <input
            type="checkbox"
            onChange={event => (this._consent.trigger = event.target.checked)}
          />{' '}
          {trans.__('Trigger a run once it is live')}
        </label>
      </>
    );
  }

  private readonly _consent = { unpause: false, trigger: false };
}

function PlanTable(props: {
  plan: IPlan;
  trans: TranslationBundle;
}): JSX.Element {
  const { plan, trans } = props;
  const words: Record<string, string> = {
    new: trans.__('new'),
    changed: trans.__('changed'),
    removed: trans.__('removed'),
    unchanged: trans.__('unchanged')
  };
  const newer = plan.newer ?? [];
  const { replaces } = plan.behaviour;
  return (
    <>
      {newer.map(one => (
        <p role="alert" className="jp-MwaaKit-problem" key={one.key}>
          {newerWords(one, trans)}
        </p>
      ))}
      <table className="jp-MwaaKit-table">
        <tbody>
          {plan.objects.map(one => (
            <tr key={one.key} data-change={one.change}>
              <td>{words[one.change] ?? one.change}</td>
              <td>{one.key}</td>
              <td>{size(one.bytes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <ul>
        {Object.entries(plan.graph).map(([dagId, graph]) => (
          <li key={dagId}>
            {dagId}: {graphWords(graph, trans)}
          </li>
        ))}
      </ul>
      {replaces ? <p>{replacesWords(replaces, trans)}</p> : null}
    </>
  );
}

/** Whether a copy stands in the way that mwaa-kit does not overwrite. */
function stands(plan: IPlan): boolean {
  return plan.newer?.some(one => !one.release) ?? false;
}

/** Show the plan; null when the user thinks better of it. */
export async function askToPublish(
  plan: IPlan,
  trans: TranslationBundle
): Promise<IConsent | null> {
  const accept = plan.harmless
    ? Dialog.okButton({ label: trans.__('Publish') })
    : Dialog.warnButton({ label: trans.__('Publish anyway') });
  const result = await showDialog({
    title: trans.__('Publish to %1', plan.environment),
    body: new PlanBody(plan, trans),
    buttons: stands(plan)
      ? [Dialog.cancelButton({ label: trans.__('Close') })]
      : [Dialog.cancelButton(), accept]
  });
  return result.button.accept ? result.value : null;
}
