/** What is known of the selected task, in words. */
import type { DagModel, IEdge, ITask } from './model.ts';

/** Fill `host` with the details of a task; `choose` is called when another task in them is clicked. */
export function showDetails(
  host: HTMLElement,
  model: DagModel,
  task: ITask,
  choose: (taskId: string) => void
): void {
  const heading = element('h2', task.task_id);
  const facts = element('dl');
  for (const [name, value] of factsOf(task)) {
    facts.append(element('dt', name), element('dd', value));
  }
  const doc = task.doc ? [element('pre', task.doc)] : [];
  host.replaceChildren(
    heading,
    facts,
    ...doc,
    ...neighbours(
      'Waits for',
      model.incoming(task.task_id),
      'upstream',
      choose
    ),
    ...neighbours(
      'Leads to',
      model.outgoing(task.task_id),
      'downstream',
      choose
    )
  );
}

function factsOf(task: ITask): [string, string][] {
  const total = task.states.reduce((sum, s) => sum + s.count, 0);
  const states = task.states.map(s =>
    total > 1 ? `${s.count} ${s.state}` : s.state
  );
  const facts: [string, string | null][] = [
    ['State', states.join(', ') || null],
    ['Operator', task.operator],
    ['Cell', task.cell === null ? null : String(task.cell)],
    ['Task group', task.group],
    ['Trigger rule', task.trigger_rule],
    ['Mapped', task.mapped ? 'yes' : null]
  ];
  return facts.filter((fact): fact is [string, string] => fact[1] !== null);
}

function neighbours(
  title: string,
  edges: readonly IEdge[],
  end: 'upstream' | 'downstream',
  choose: (taskId: string) => void
): HTMLElement[] {
  if (!edges.length) {
    return [];
  }
  const list = element('ul');
  for (const edge of edges) {
    const button = element('button', edge[end]);
    button.type = 'button';
    button.addEventListener('click', () => choose(edge[end]));
    const item = element('li');
    item.append(button);
    const why = edge.reason || edge.names.join(', ');
    if (why) {
      item.append(element('p', why));
    }
    list.append(item);
  }
  return [element('h3', title), list];
}

function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  text = ''
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}
