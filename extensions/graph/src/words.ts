/** What is on the graph, said in words: the names that screen readers speak, and the lines of the tips. */
import type { Gettext } from './gettext.ts';
import { visible } from './lettering.ts';
import type { DagModel } from './model.ts';
import type { IBox, ILink } from './scene.ts';
import type { IEdge, IStateCount, ITask } from './wire.ts';

/** `task extract, running, 2 upstream, 1 downstream`, with what is out of the ordinary in between. */
export function taskName(model: DagModel, task: ITask, t: Gettext): string {
  const facts = [
    t('task %1', visible(task.task_id)),
    ...statesInWords(model.statesOf(task.task_id), t),
    visible(task.operator)
  ];
  if (task.mapped) {
    facts.push(t('mapped'));
  }
  if (task.is_setup) {
    facts.push(t('setup'));
  }
  if (task.is_teardown) {
    facts.push(t('teardown'));
  }
  if (task.cell !== null) {
    facts.push(t('cell %1', task.cell));
  }
  if (task.trigger_rule !== 'all_success') {
    facts.push(visible(task.trigger_rule));
  }
  facts.push(
    t('%1 upstream', model.incoming(task.task_id).length),
    t('%1 downstream', model.outgoing(task.task_id).length)
  );
  return facts.join(', ');
}

/** What a box of the scene is called. */
export function boxName(model: DagModel, box: IBox, t: Gettext): string {
  const task = box.kind === 'task' ? model.task(box.id) : undefined;
  if (task) {
    return taskName(model, task, t);
  }
  if (box.kind === 'asset') {
    return t('asset %1', visible(box.id));
  }
  const tasks = model.within(box.id);
  return [
    t('task group %1', visible(box.id)),
    ...statesInWords(model.statesWithin(box.id), t),
    countOfTasks(tasks.length, t)
  ].join(', ');
}

export function countOfTasks(count: number, t: Gettext): string {
  return count === 1 ? t('1 task') : t('%1 tasks', count);
}

/** Each state, with its count where there are several task instances. */
export function statesInWords(
  states: readonly IStateCount[],
  t: Gettext
): string[] {
  const total = states.reduce((sum, s) => sum + s.count, 0);
  return states.map(s =>
    total > 1 ? t('%1 %2', s.count, visible(s.state)) : visible(s.state)
  );
}

/** Why one task waits for another: the reason, else the names of the values, else nothing. */
export function reasonOf(edge: IEdge): string {
  return visible(edge.reason || edge.names.join(', '));
}

/** The lines of the tip of a link: one for each edge in it, and no more than fit. */
export function linkInWords(link: ILink, t: Gettext, most = 6): string[] {
  const lines = link.edges.slice(0, most).map(edge => {
    const pair = `${visible(edge.upstream)} → ${visible(edge.downstream)}`;
    const why = reasonOf(edge);
    return why ? `${pair}: ${why}` : pair;
  });
  const rest = link.edges.length - lines.length;
  return rest > 0 ? [...lines, t('and %1 more', rest)] : lines;
}
