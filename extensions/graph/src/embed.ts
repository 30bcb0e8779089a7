/**
 * The graph in the output of a cell, in the form of an anywidget module.
 *
 * Traits: `document` (a Dag of `draw --format json`), `states`, `height` in pixels, and `selected`, which follows the
 * user. Opening a task and drawing an edge are sent as messages: `{event: "open", task_id}`, `{event: "connect",
 * upstream, downstream}`.
 */
import { DagView } from './view.ts';
import type { IDagDocument, States } from './wire.ts';

/** What of an anywidget model is used. */
export interface IWidgetModel {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
  save_changes(): void;
  send(message: unknown): void;
  on(event: string, callback: () => void): void;
  off(event: string, callback: () => void): void;
}

function render({
  model,
  el
}: {
  model: IWidgetModel;
  el: HTMLElement;
}): () => void {
  const height = Number(model.get('height')) || 420;
  el.style.height = `${height}px`;
  const view = new DagView(el, documentOf(model), {
    wheelZooms: false,
    onSelect: taskId => {
      model.set('selected', taskId);
      model.save_changes();
    },
    onOpen: task => model.send({ event: 'open', task_id: task.task_id }),
    onConnect: (upstream, downstream) =>
      model.send({ event: 'connect', upstream, downstream })
  });
  const paintStates = (): void =>
    view.showStates((model.get('states') ?? {}) as States);
  const followers: [string, () => void][] = [
    ['change:document', () => view.update(documentOf(model))],
    ['change:document', paintStates],
    ['change:states', paintStates]
  ];
  paintStates();
  for (const [event, follow] of followers) {
    model.on(event, follow);
  }
  return () => {
    for (const [event, follow] of followers) {
      model.off(event, follow);
    }
    view.dispose();
  };
}

function documentOf(model: IWidgetModel): IDagDocument | null {
  return (model.get('document') ?? null) as IDagDocument | null;
}

export default { render };
