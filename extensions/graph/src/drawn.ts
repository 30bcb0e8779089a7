/** A Dag on the drawn page that answers: pan, zoom, search, selection and keyboard over an SVG that is there already. */
import * as camera from './camera.ts';
import { showDetails } from './details.ts';
import { Gestures, portOf } from './gestures.ts';
import { actionOf } from './keys.ts';
import type { DagModel } from './model.ts';
import { type IGround, neighbour } from './walk.ts';
import type { ITaskFacts } from './wire.ts';

/** A task with the place Python gave its box: `x` and `y` are the top left corner. */
export type IDrawnTask = ITaskFacts & camera.IRect;

/** The parts of the page that a view brings to life. */
export interface IDagParts {
  svg: SVGSVGElement;
  details: HTMLElement;
  search: HTMLInputElement;
  found: HTMLElement;
  tools: HTMLElement;
  rows: HTMLElement;
}

const STEP = 1.3;
const FAR = 2.2;

export class DrawnDag {
  /** `wheelZooms`: the wheel zooms at once; else only with Ctrl or Cmd, and the page scrolls. */
  constructor(
    model: DagModel<IDrawnTask>,
    parts: IDagParts,
    options: { wheelZooms: boolean }
  ) {
    this._model = model;
    this._parts = parts;
    this._ground = {
      boxes: new Map(model.tasks.map(task => [task.task_id, task])),
      upstream: id => model.incoming(id).map(edge => edge.upstream),
      downstream: id => model.outgoing(id).map(edge => edge.downstream)
    };
    const { svg } = parts;
    const box = svg.viewBox.baseVal;
    this._drawing = { x: 0, y: 0, width: box.width, height: box.height };
    this._port = portOf(svg);
    this._camera = camera.fit(this._drawing, this._port);
    for (const node of svg.querySelectorAll<SVGGElement>('.mk-task')) {
      node.setAttribute('tabindex', '-1');
      this._nodes.set(node.dataset['taskId'] ?? '', node);
    }
    this._edges = [...svg.querySelectorAll<SVGGElement>('.mk-edge')];
    this._nodes.values().next().value?.setAttribute('tabindex', '0');
    const { signal } = this._ended;
    this._gestures = new Gestures(svg, svg, this, { ...options, signal });
    this._listen();
    this.fit();
  }

  /** Take every listener away again. */
  dispose(): void {
    this._ended.abort();
    this._resizing?.disconnect();
  }

  /** Select a task, show its details and bring it into view; null selects nothing. */
  select(taskId: string | null, focus = false): void {
    const task = taskId === null ? undefined : this._model.task(taskId);
    this._selected = task ? task.task_id : null;
    this._paintSelection();
    this._parts.details.hidden = !task;
    if (!task) {
      return;
    }
    showDetails(this._parts.details, this._model, task, {
      choose: id => this.select(id, true)
    });
    this._resize();
    const seen = camera.reveal(this._camera, this._port, task);
    if (seen.x !== this._camera.x || seen.y !== this._camera.y) {
      this.look(seen);
    }
    if (focus) {
      this._nodes.get(task.task_id)?.focus({ preventScroll: true });
    }
  }

  /** Dim what a query does not find; an empty query dims nothing. */
  search(query: string): void {
    this._found = this._model.search(query).map(task => task.task_id);
    const found = new Set(this._found);
    const searching = query.trim() !== '';
    for (const [taskId, node] of this._nodes) {
      node.classList.toggle('mk-dim', searching && !found.has(taskId));
    }
    for (const edge of this._edges) {
      edge.classList.toggle('mk-dim', searching);
    }
    this._parts.found.textContent = searching
      ? `${this._found.length} of ${this._nodes.size}`
      : '';
  }

  /** Show the whole Dag. */
  fit(): void {
    this.look(camera.fit(this._drawing, this._port));
    this._fitted = true;
  }

  /** Show another part of the drawing. */
  look(next: camera.Camera): void {
    this._camera = next;
    this._fitted = false;
    const { x, y, width, height } = next;
    const { svg } = this._parts;
    svg.setAttribute('viewBox', `${x} ${y} ${width} ${height}`);
    const far = camera.scaleOf(next, this._port) > FAR;
    svg.classList.toggle('mk-far', far);
  }

  get camera(): camera.Camera {
    return this._camera;
  }

  get port(): camera.ISize {
    return this._port;
  }

  private _listen(): void {
    const { svg, search, tools, rows } = this._parts;
    const options = { signal: this._ended.signal };
    svg.addEventListener('click', e => this._click(e), options);
    svg.addEventListener('keydown', e => this._key(e), options);
    search.addEventListener('input', () => this.search(search.value), options);
    search.addEventListener('keydown', e => this._searchKey(e), options);
    tools.addEventListener('click', e => this._tool(e), options);
    rows.addEventListener('click', e => this._row(e), options);
    this._resizing = new ResizeObserver(() => this._resize());
    this._resizing.observe(svg);
  }

  private _resize(): void {
    const port = portOf(this._parts.svg);
    if (port.width === this._port.width && port.height === this._port.height) {
      return;
    }
    const before = this._port;
    this._port = port;
    if (this._fitted) {
      this.fit();
    } else {
      this.look(camera.resized(this._camera, before, port));
    }
  }

  private _zoom(factor: number, x?: number, y?: number): void {
    const { width, height } = this._port;
    this.look(
      camera.zoom(
        this._camera,
        this._port,
        factor,
        x ?? width / 2,
        y ?? height / 2
      )
    );
  }

  private _click(event: MouseEvent): void {
    if (!this._gestures.dragged) {
      this.select(taskIdAt(event.target), true);
    }
  }

  private _key(event: KeyboardEvent): void {
    const taskId = taskIdAt(event.target);
    const action = actionOf(event);
    switch (action?.do) {
      case 'walk':
        if (taskId !== null) {
          const next = neighbour(this._ground, taskId, action.direction);
          this.select(next ?? taskId, true);
        }
        break;
      case 'open':
      case 'mark':
        this.select(taskId ?? this._selected, true);
        break;
      case 'leave':
        this.select(null);
        break;
      case 'nearer':
        this._zoom(STEP);
        break;
      case 'farther':
        this._zoom(1 / STEP);
        break;
      case 'fit':
        this.fit();
        break;
      default:
        return;
    }
    event.preventDefault();
  }

  /** Enter goes to the next task found; Escape ends the search. */
  private _searchKey(event: KeyboardEvent): void {
    if (event.key === 'Enter') {
      const at = this._found.indexOf(this._selected ?? '');
      const next = this._found[(at + 1) % this._found.length];
      if (next !== undefined) {
        this.select(next);
      }
    } else if (event.key === 'Escape') {
      this._parts.search.value = '';
      this.search('');
    }
  }

  private _tool(event: Event): void {
    const button = (event.target as Element).closest<HTMLElement>('[data-do]');
    switch (button?.dataset['do']) {
      case 'nearer':
        return this._zoom(STEP);
      case 'farther':
        return this._zoom(1 / STEP);
      case 'fit':
        return this.fit();
    }
  }

  private _row(event: Event): void {
    const link = (event.target as Element).closest<HTMLElement>(
      '[data-task-id]'
    );
    if (link) {
      event.preventDefault();
      this.select(link.dataset['taskId'] ?? null, true);
    }
  }

  private _paintSelection(): void {
    for (const [taskId, node] of this._nodes) {
      const selected = taskId === this._selected;
      node.classList.toggle('mk-selected', selected);
      if (this._selected !== null) {
        node.setAttribute('tabindex', selected ? '0' : '-1');
      }
    }
    for (const edge of this._edges) {
      const { upstream, downstream } = edge.dataset;
      edge.classList.toggle(
        'mk-near',
        this._selected !== null &&
          (upstream === this._selected || downstream === this._selected)
      );
    }
  }

  private readonly _model: DagModel<IDrawnTask>;
  private readonly _parts: IDagParts;
  private _camera: camera.Camera;
  private _port: camera.ISize;
  private _selected: string | null = null;
  private _found: string[] = [];
  private _fitted = true;
  private _resizing: ResizeObserver | undefined;
  private readonly _drawing: camera.IRect;
  private readonly _ground: IGround;
  private readonly _gestures: Gestures;
  private readonly _nodes = new Map<string, SVGGElement>();
  private readonly _edges: SVGGElement[];
  private readonly _ended = new AbortController();
}

function taskIdAt(target: EventTarget | null): string | null {
  const node = (target as Element | null)?.closest<SVGGElement>('.mk-task');
  return node?.dataset['taskId'] ?? null;
}
