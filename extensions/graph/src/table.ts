/** The tasks as a table: the same facts as the picture, for whoever reads tables better. */
import type { Gettext } from './gettext.ts';
import { visible } from './lettering.ts';
import type { DagModel } from './model.ts';
import { htmlElement as el } from './svg.ts';
import type { ITask } from './wire.ts';
import { reasonOf, statesInWords } from './words.ts';

export function paintTable(
  host: HTMLElement,
  model: DagModel,
  selected: string | null,
  t: Gettext
): void {
  const columns = [
    t('Task'),
    t('State'),
    t('Operator'),
    t('Cell'),
    t('Task group'),
    t('Trigger rule'),
    t('Waits for')
  ];
  const head = columns.map(column => el('th', { scope: 'col' }, column));
  const rows = model.tasks.map(task => row(model, task, selected, t));
  host.replaceChildren(
    el(
      'table',
      { 'aria-label': t('Tasks of Dag %1', visible(model.dagId)) },
      el('thead', {}, el('tr', {}, ...head)),
      el('tbody', {}, ...rows)
    )
  );
}

function row(
  model: DagModel,
  task: ITask,
  selected: string | null,
  t: Gettext
): HTMLElement {
  const waitsFor = model.incoming(task.task_id).map(edge => {
    const why = reasonOf(edge);
    return visible(edge.upstream) + (why ? ` (${why})` : '');
  });
  const facts = [
    statesInWords(model.statesOf(task.task_id), t).join(', '),
    visible(task.operator) + (task.mapped ? ` (${t('mapped')})` : ''),
    task.cell === null ? '' : String(task.cell),
    task.group === null ? '' : visible(task.group),
    visible(task.trigger_rule),
    waitsFor.join('; ')
  ];
  const name = el('button', { type: 'button', 'data-task-id': task.task_id });
  name.textContent = visible(task.task_id);
  return el(
    'tr',
    task.task_id === selected ? { class: 'mk-chosen' } : {},
    el('td', {}, name),
    ...facts.map(fact => el('td', {}, fact))
  );
}
