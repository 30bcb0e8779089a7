/**
 * The demo page: the graph by itself, for the browser tests and the benchmark, and to try it by hand.
 *
 * `graph.show(document)` in the console shows a Dag, `graph.random(500)` one of that many tasks; `graph.heard` holds
 * what the view told.
 */
import embed, { type IWidgetModel } from '../src/embed.ts';
import { DagView } from '../src/view.ts';
import type { IDagDocument } from '../src/wire.ts';
import { randomDag } from '../test/random_dags.ts';

const host = document.querySelector('main') as HTMLElement;

const graph = {
  view: undefined as DagView | undefined,
  heard: [] as unknown[][],
  saved: new Map<string, Blob>(),
  embed,
  host,

  show(dag: IDagDocument | null): void {
    graph.view?.dispose();
    graph.heard.length = 0;
    graph.view = new DagView(host, dag, {
      onSelect: taskId => graph.heard.push(['select', taskId]),
      onOpen: task => graph.heard.push(['open', task.task_id]),
      onConnect: (up, down) => graph.heard.push(['connect', up, down]),
      onSave: (name, content) => graph.saved.set(name, content)
    });
  },

  random(count: number): void {
    graph.show(randomDag(count));
  },

  randomDag,

  /** A widget as anywidget would give it, holding `traits`. */
  widget(
    traits: Record<string, unknown>
  ): IWidgetModel & { emit(event: string): void } {
    const followers = new Map<string, Set<() => void>>();
    return {
      get: name => traits[name],
      set: (name, value) => {
        traits[name] = value;
      },
      save_changes: () => graph.heard.push(['saved']),
      send: message => graph.heard.push(['sent', message]),
      on: (event, callback) => {
        followers.set(event, (followers.get(event) ?? new Set()).add(callback));
      },
      off: (event, callback) => followers.get(event)?.delete(callback),
      emit: event => followers.get(event)?.forEach(callback => callback())
    };
  }
};

Object.assign(window, { graph });
graph.random(40);
