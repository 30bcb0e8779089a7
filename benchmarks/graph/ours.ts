/** The live graph of extensions/graph, in the steps that are measured. */
import { randomDag } from '../../extensions/graph/test/random_dags.ts';
import { english } from '../../extensions/graph/src/gettext.ts';
import { layOut } from '../../extensions/graph/src/layout/nest.ts';
import { DagModel } from '../../extensions/graph/src/model.ts';
import { type IScene, sceneOf } from '../../extensions/graph/src/scene.ts';
import { DagView } from '../../extensions/graph/src/view.ts';
import type { IDagDocument } from '../../extensions/graph/src/wire.ts';

const host = document.querySelector('main') as HTMLElement;
let view: DagView;
let dag: IDagDocument;
let scene: IScene;
let count = 0;

Object.assign(window, {
  bench: {
    prepare(tasks: number): void {
      count = tasks;
      dag = randomDag(tasks);
      view = new DagView(host, null);
      scene = sceneOf(new DagModel(dag), new Set(), english);
    },
    layout(): void {
      layOut([...scene.boxes.values()], scene.rooms, scene.links);
    },
    model: () => view.shown.update(dag),
    mount: () => view.closeGroups(true, []),
    zoomIn: () => view.select(`task_${Math.floor(count / 2)}`),
    pan(step: number): void {
      const { camera } = view.stage;
      view.stage.look({ ...camera, x: camera.x + step });
    },
    states(): void {
      const changed = Array.from({ length: count / 10 }, (_, i) => [
        `task_${i * 10}`,
        { running: 1 }
      ]);
      view.setStates(Object.fromEntries(changed));
    },
    fit: () => view.fit()
  }
});
