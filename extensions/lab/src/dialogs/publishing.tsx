/** Show a plan, and ask whether to publish it. */
import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import React from 'react';

import { size } from '../cells/badge.tsx';
import type { IPlan } from '../wire.ts';

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
    const paused = this._plan.behaviour['paused_after_publish'] === true;
    return (
      <>
        <PlanTable plan={this._plan} trans={trans} />
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

export function PlanTable(props: {
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
  return (
    <>
      {newer.length ? (
        <p role="alert">
          {trans.__(
            'Somebody published a newer copy that you have not seen: %1.',
            newer.map(one => JSON.stringify(one)).join(', ')
          )}
        </p>
      ) : null}
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
    </>
  );
}

function graphWords(graph: unknown, trans: TranslationBundle): string {
  const { tasks, edges, added, removed } = graph as Record<string, unknown>;
  const list = (names: unknown): string =>
    Array.isArray(names) ? names.map(String).join(', ') : '';
  const parts = [
    [
      trans._n('%1 task', '%1 tasks', Number(tasks)),
      trans._n('%1 edge', '%1 edges', Number(edges))
    ].join(', ')
  ];
  if (list(added)) {
    parts.push(trans.__('added: %1', list(added)));
  }
  if (list(removed)) {
    parts.push(trans.__('removed: %1', list(removed)));
  }
  return parts.join(' · ');
}

/** Show the plan; null when the user thinks better of it. */
export async function askToPublish(
  plan: IPlan,
  trans: TranslationBundle
): Promise<IConsent | null> {
  const result = await showDialog({
    title: trans.__('Publish to %1', plan.environment),
    body: new PlanBody(plan, trans),
    buttons: [
      Dialog.cancelButton(),
      plan.harmless
        ? Dialog.okButton({ label: trans.__('Publish') })
        : Dialog.warnButton({ label: trans.__('Publish anyway') })
    ]
  });
  return result.button.accept ? result.value : null;
}
