/**
 * A Dag that answers: the live graph of the JupyterLab panel and of a cell. One class in more than 300 lines: it only ties
 * the parts together, each of which is a module of its own, and is all that a front end calls.
 */
import type { IPalette } from './boxes.ts';
import { listenForEdges } from './connect.ts';
import { listen } from './controls.ts';
import { showDetails } from './details.ts';
import { Driver, type IDriven } from './driver.ts';
import { english, type Gettext } from './gettext.ts';
import { paintLegend } from './legend.ts';
import { visible } from './lettering.ts';
import type { IDagViewOptions } from './options.ts';
import { download, pngOf, svgText } from './save.ts';
import { Selection } from './selection.ts';
import { Shown } from './shown.ts';
import { Stage } from './stage.ts';
import { graphCss } from './style.ts';
import { htmlElement as el } from './svg.ts';
import { paintTable } from './table.ts';
import { type Tool, Toolbar } from './toolbar.ts';
import type { IDagDocument, States } from './wire.ts';

const STEP = 1.3;

export class DagView implements IDriven {
  /** Show a Dag in `host`, which says how large it is; null shows none yet. */
  constructor(
    host: HTMLElement,
    document: IDagDocument | null,
    options: IDagViewOptions = {}
  ) {
    this.options = options;
    this.t = options.gettext ?? english;
    this.shown = new Shown(document, this.t);
    const { signal } = this._ended;
    this.stage = new Stage(this._palette(), {
      wheelZooms: options.wheelZooms ?? true,
      minimap: options.minimap ?? true,
      signal
    });
    this._toolbar = new Toolbar(
      {
        search: query => this.search(query),
        endSearch: found => this._endSearch(found),
        press: tool => this._press(tool)
      },
      this.t,
      signal
    );
    this._assemble(host);
    this._listen(signal);
    this._show(null);
  }

  readonly node = el('div', { class: 'jp-MwaaKit-graphView' });
  readonly options: IDagViewOptions;
  readonly t: Gettext;
  readonly shown: Shown;
  readonly stage: Stage;
  readonly selection = new Selection();

  /** Take everything away again. */
  dispose(): void {
    this._ended.abort();
    this.node.remove();
  }

  /** Show another document; camera, selection and closed groups stay as they are where they can. */
  update(document: IDagDocument | null): void {
    const anchor = this.selection.box ?? this.stage.nearestToMiddle();
    this.shown.update(document);
    this._driver.joining.from = null;
    this._follow(anchor);
  }

  /** Paint other states of some tasks; of a mapped task, how many task instances are in each. */
  setStates(states: States): void {
    this._repaint(this.shown.setStates(states));
  }

  /** Paint the states of a whole run: a task that is not named has none. */
  showStates(states: States): void {
    this._repaint(this.shown.showStates(states));
  }

  /** The task_id of the selected task. */
  get selected(): string | null {
    return this.selection.task;
  }

  /** Select a task and bring it into view; null selects nothing. Tells nobody: the caller knows. */
  select(taskId: string | null, focus = false): void {
    const task = taskId === null ? undefined : this.shown.model.task(taskId);
    const key = task ? this.shown.keyOf(task.task_id) : null;
    this.setSelected(key, task?.task_id ?? null, focus);
  }

  /** Dim what a query does not find; an empty query dims nothing. */
  search(query: string): void {
    this.selection.find(this.shown, query);
    this._paintFound();
    this.mark();
  }

  fit(): void {
    this.stage.fit();
  }

  /** Nearer by a factor; farther when below 1. */
  zoom(factor: number): void {
    this.stage.zoom(factor);
  }

  /** Close groups to one box each, or open them; all groups when none is named. */
  closeGroups(closed: boolean, groupIds?: readonly string[]): void {
    const anchor = this.selection.box ?? this.stage.nearestToMiddle();
    const { groups } = this.shown.model;
    const ids = groupIds ?? groups.map(group => group.group_id);
    if (closed) {
      this.shown.close(ids);
    } else {
      this.shown.open(ids);
    }
    this._follow(anchor);
  }

  /** Show the tasks as a table instead of the graph. */
  showTable(shown: boolean): void {
    this._sheet.hidden = !shown;
    this.stage.node.hidden = shown;
    this._toolbar.button('table').setAttribute('aria-pressed', String(shown));
    this._paintWords();
    this.stage.resize();
  }

  /** The whole graph as an SVG that is complete in itself. */
  toSvg(): string {
    const title = this.t('Dag %1', visible(this.shown.model.dagId));
    const { stage } = this;
    return svgText(this.node, stage.everything(), stage.drawing, title);
  }

  /** The whole graph as a PNG. */
  toPng(): Promise<Blob> {
    return pngOf(this.toSvg());
  }

  setSelected(key: string | null, taskId: string | null, focus: boolean): void {
    this.selection.set(key, taskId);
    this._paintWords();
    this.stage.resize();
    if (key !== null) {
      this.stage.reveal(key);
    }
    this.mark();
    if (key !== null && focus) {
      this.stage.focus(key);
    }
  }

  mark(): void {
    this.stage.mark(this.selection.marks(this.shown));
  }

  focusSearch(): void {
    this._toolbar.search.focus();
  }

  say(text: string): void {
    this._said.textContent = text;
  }

  tell(text: string): void {
    this.say(text);
    this.stage.tip.show([text], 12, 0);
  }

  private _assemble(host: HTMLElement): void {
    this._toolbar.node.hidden = this.options.toolbar === false;
    this._legend.hidden = this.options.legend === false;
    this._details.setAttribute('aria-label', this.t('Selected task'));
    const stage = el('div', { class: 'mk-stage' });
    stage.append(this.stage.node, this._sheet, this._details);
    const style = el('style', {}, graphCss());
    const { node } = this._toolbar;
    this.node.append(style, node, stage, this._legend, this._said);
    host.append(this.node);
  }

  private _listen(signal: AbortSignal): void {
    const { stage, _driver: driver } = this;
    listen(stage, driver, signal);
    listenForEdges(
      {
        svg: stage.svg,
        pointAt: (x, y) => stage.pointAt(x, y),
        taskAt: point => {
          const box = stage.boxAt(point);
          return box?.kind === 'task' ? box.id : null;
        },
        aim: (up, down) => driver.joining.aim(up, down),
        drawn: (up, down) => {
          stage.gestures.dragged = true;
          driver.joining.end(up, down);
        }
      },
      signal
    );
    this._sheet.addEventListener('click', e => this._row(e), { signal });
    this._sheet.addEventListener(
      'dblclick',
      () => driver.open(this.selection.box),
      { signal }
    );
  }

  private _palette(): IPalette {
    const connects = this.options.onConnect !== undefined;
    return { model: this.shown.model, t: this.t, connects };
  }

  private _repaint(changed: ReadonlySet<string>): void {
    if (changed.size) {
      this.stage.refresh(changed);
      this._paintWords();
    }
  }

  /** Show what there is after groups or the document changed. */
  private _follow(anchor: string | null): void {
    this.selection.follow(this.shown, this._toolbar.search.value);
    this._paintFound();
    this._show(anchor);
  }

  /** Show what there is now, the box `anchor` staying where it is. */
  private _show(anchor: string | null): void {
    const { scene, layout, model, closed } = this.shown;
    const focused = this.stage.hasFocus;
    this._paintWords();
    this.stage.show(scene, layout, this._palette(), anchor);
    const { svg } = this.stage;
    const [tasks, edges] = [model.tasks.length, model.edges.length];
    svg.setAttribute('role', scene.boxes.size ? 'tree' : 'img');
    svg.setAttribute(
      'aria-label',
      this.t('Dag %1: %2 tasks, %3 edges', visible(model.dagId), tasks, edges)
    );
    const groups = this._toolbar.button('groups');
    const allClosed = closed.size >= model.groups.length;
    groups.hidden = model.groups.length === 0;
    groups.textContent = this.t(allClosed ? 'Open groups' : 'Close groups');
    this.mark();
    const { current } = this.selection.marks(this.shown);
    if (focused && current !== null) {
      this.stage.focus(current);
    }
  }

  /** Details, legend and table. */
  private _paintWords(): void {
    const { model } = this.shown;
    const { task: taskId } = this.selection;
    const task = taskId === null ? undefined : model.task(taskId);
    this._details.hidden = !task || this.options.details === false;
    if (task && !this._details.hidden) {
      showDetails(this._details, model, task, this._actions(), this.t);
    }
    paintLegend(this._legend, model, this.t);
    if (!this._sheet.hidden) {
      paintTable(this._sheet, model, taskId, this.t);
    }
  }

  private _actions(): Parameters<typeof showDetails>[3] {
    const choose = (taskId: string): void => this._pick(taskId, true);
    return this.options.onOpen
      ? { choose, open: taskId => this._driver.openTask(taskId) }
      : { choose };
  }

  /** The user selects a task outside the graph. */
  private _pick(taskId: string, focus: boolean): void {
    this.select(taskId, focus);
    this.options.onSelect?.(taskId);
  }

  private _paintFound(): void {
    const { foundCount } = this.selection;
    const { length } = this.shown.model.tasks;
    this._toolbar.found.textContent =
      foundCount === null ? '' : this.t('%1 of %2', foundCount, length);
  }

  /** Enter goes to the next task found; Escape ends the search. */
  private _endSearch(found: boolean): void {
    const next = found ? this.selection.nextFound() : undefined;
    if (next !== undefined) {
      this._pick(next, false);
    } else if (!found) {
      this._toolbar.search.value = '';
      this.search('');
    }
  }

  private _press(tool: Tool): void {
    const { closed, model } = this.shown;
    switch (tool) {
      case 'nearer':
      case 'farther':
        return this.zoom(tool === 'nearer' ? STEP : 1 / STEP);
      case 'fit':
        return this.fit();
      case 'groups':
        return this.closeGroups(closed.size < model.groups.length);
      case 'table':
        return this.showTable(this._sheet.hidden);
      case 'svg':
      case 'png':
        void this._save(tool);
    }
  }

  private async _save(kind: 'svg' | 'png'): Promise<void> {
    const { dagId } = this.shown.model;
    const stem = dagId.replace(/[^\w.-]+/g, '_') || 'dag';
    try {
      const content =
        kind === 'svg'
          ? new Blob([this.toSvg()], { type: 'image/svg+xml' })
          : await this.toPng();
      (this.options.onSave ?? download)(`${stem}.${kind}`, content);
    } catch (error) {
      const why = visible(String(error));
      this.tell(this.t('The graph could not be saved: %1', why));
    }
  }

  private _row(event: Event): void {
    const target = event.target as Element;
    const button = target.closest<HTMLElement>('[data-task-id]');
    const taskId = button?.dataset['taskId'];
    if (taskId !== undefined) {
      this._pick(taskId, false);
    }
  }

  private readonly _driver = new Driver(this);
  private readonly _toolbar: Toolbar;
  private readonly _sheet = el('div', { class: 'mk-sheet', hidden: '' });
  private readonly _details = el('aside', { class: 'mk-details', hidden: '' });
  private readonly _legend = el('div', { class: 'mk-legend' });
  private readonly _said = el('div', { class: 'mk-said', role: 'status' });
  private readonly _ended = new AbortController();
}
