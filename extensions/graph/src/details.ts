/** What is known of the selected task, in words. */
import { english, type Gettext } from './gettext.ts';
import { visible } from './lettering.ts';
import type { DagModel } from './model.ts';
import { htmlElement as el } from './svg.ts';
import type { IEdge, ITaskFacts } from './wire.ts';
import { reasonOf, statesInWords } from './words.ts';

export interface IDetailsActions {
  /** Called when another task in the details is clicked. */
  choose(taskId: string): void;
  /** Leads to the cell of the task; left out where there is none to lead to. */
  open?: (taskId: string) => void;
}

/** Fill `host` with the details of a task. */
export function showDetails<T extends ITaskFacts>(
  host: HTMLElement,
  model: DagModel<T>,
  task: T,
  actions: IDetailsActions,
  t: Gettext = english
): void {
  const facts = el('dl');
  for (const [name, value] of factsOf(model, task, t)) {
    facts.append(el('dt', {}, name), el('dd', {}, value));
  }
  const [waitsFor, leadsTo] = [
    model.incoming(task.task_id),
    model.outgoing(task.task_id)
  ];
  host.replaceChildren(
    el('h2', {}, visible(task.task_id)),
    facts,
    ...opening(task, actions, t),
    ...(task.doc ? [el('pre', {}, task.doc)] : []),
    ...neighbours(t('Waits for'), waitsFor, 'upstream', actions),
    ...neighbours(t('Leads to'), leadsTo, 'downstream', actions)
  );
}

function factsOf<T extends ITaskFacts>(
  model: DagModel<T>,
  task: T,
  t: Gettext
): [string, string][] {
  const states = statesInWords(model.statesOf(task.task_id), t);
  const facts: [string, string | null][] = [
    [t('State'), states.join(', ') || null],
    [t('Operator'), visible(task.operator)],
    [t('Cell'), task.cell === null ? null : String(task.cell)],
    [t('Task group'), task.group === null ? null : visible(task.group)],
    [t('Trigger rule'), visible(task.trigger_rule)],
    [t('Mapped'), task.mapped ? t('yes') : null]
  ];
  return facts.filter((fact): fact is [string, string] => fact[1] !== null);
}

function opening(
  task: ITaskFacts,
  actions: IDetailsActions,
  t: Gettext
): HTMLElement[] {
  const { open } = actions;
  if (!open || task.cell === null) {
    return [];
  }
  const button = el('button', { type: 'button', class: 'mk-open' });
  button.textContent = t('Go to cell %1', task.cell);
  button.addEventListener('click', () => open(task.task_id));
  return [button];
}

function neighbours(
  title: string,
  edges: readonly IEdge[],
  end: 'upstream' | 'downstream',
  actions: IDetailsActions
): HTMLElement[] {
  if (!edges.length) {
    return [];
  }
  const items = edges.map(edge => {
    const button = el('button', { type: 'button' }, visible(edge[end]));
    button.addEventListener('click', () => actions.choose(edge[end]));
    const why = reasonOf(edge);
    return el('li', {}, button, why ? el('p', {}, why) : null);
  });
  return [el('h3', {}, title), el('ul', {}, ...items)];
}
