/** From what the server says of a Dag to what the picture wants; knows no document. */
import type { IDagDocument } from '../../../graph/src/wire.ts';

import type { IDag } from '../wire.ts';

export function documentOf(dag: IDag): IDagDocument {
  return {
    dag_id: dag.dag_id,
    schedule: dag.schedule,
    description: dag.description ?? '',
    tasks: dag.tasks.map(task => ({
      task_id: task.task_id,
      label: task.label || task.task_id,
      operator: task.operator,
      group: task.group,
      mapped: task.mapped,
      map_count: task.map_count ?? null,
      trigger_rule: task.trigger_rule,
      is_setup: task.is_setup ?? false,
      is_teardown: task.is_teardown ?? false,
      cell: task.cell,
      doc: task.doc ?? '',
      states: []
    })),
    groups: dag.groups.map(group => ({
      group_id: group.group_id,
      label: group.label,
      parent: group.parent,
      mapped: group.mapped ?? false,
      tooltip: group.tooltip ?? ''
    })),
    edges: dag.edges,
    assets: dag.assets ?? []
  };
}
