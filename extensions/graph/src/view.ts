/** A Dag that answers: the live graph of the JupyterLab panel and of a cell. */
import type { IPalette } from './boxes.ts';
import { type IPoint, listenForEdges } from './connect.ts';
import { type IVerbs, listen } from './controls.ts';
import { showDetails } from './details.ts';
import { english, type Gettext } from './gettext.ts';
import type { Action } from './keys.ts';
import { paintLegend } from './legend.ts';
import { visible } from './lettering.ts';
import type { IDagViewOptions } from './options.ts';
import type { IMarks } from './paint.ts';
import { refusalOf } from './refusal.ts';
import { download, pngOf, svgText } from './save.ts';
import { Shown } from './shown.ts';
import { Stage } from './stage.ts';
import { graphCss } from './style.ts';
import { htmlElement as el } from './svg.ts';
import { paintTable } from './table.ts';
import { type Tool, Toolbar } from './toolbar.ts';
import { type Direction, neighbour } from './walk.ts';
import type { IDagDocument, States } from './wire.ts';
import { boxName, linkInWords } from './words.ts';

const STEP = 1.3;

export class DagView {
  /** Show a Dag in `host`, which says how large it is; null shows none yet. */
  constructor(
    host: HTMLElement,
    document: IDagDocument | null,
    options: IDagViewOptions = {}
  ) {
    this._options = options;
    this._t = options.gettext ?? english;
    this._shown = new Shown(document, this._t);
    const { signal } = this._ended;
    this._stage = new Stage(this._palette(), {
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
      this._t,
      signal
    );
    this._assemble(host);
    this._listen(signal);
    this._show(null);
  }

  readonly node = el('div', { class: 'jp-MwaaKit-graphView' });

  /** Take everything away again. */
  dispose(): void {
    this._ended.abort();
    this.node.remove();
  }

  /** Show another document; camera, selection and closed groups stay as they are where they can. */
  update(document: IDagDocument | null): void {
    const anchor = this._selected ?? this._stage.nearestToMiddle();
    const task = this._task;
    this._shown.update(document);
    if (task !== null && this._shown.model.task(task)) {
      this._selected = this._shown.keyOf(task);
    } else if (this._selected !== null && !this._shown.box(this._selected)) {
      this._selected = this._task = null;
    }
    this._link = null;
    this._connecting = null;
    this._find(this._toolbar.search.value);
    this._show(anchor);
  }

  /** Paint other states of some tasks; of a mapped task, how many task instances are in each. */
  setStates(states: States): void {
    const changed = this._shown.setStates(states);
    if (!changed.size) {
      return;
    }
    this._stage.refresh(changed);
    this._paintWords();
  }

  /** The task_id of the selected task. */
  get selected(): string | null {
    return this._task;
  }

  /** Select a task and bring it into view; null selects nothing. Tells nobody: the caller knows. */
  select(taskId: string | null, focus = false): void {
    const task = taskId === null ? undefined : this._shown.model.task(taskId);
    this._setSelected(
      task ? this._shown.keyOf(task.task_id) : null,
      task?.task_id ?? null,
      focus
    );
  }

  /** Dim what a query does not find; an empty query dims nothing. */
  search(query: string): void {
    this._find(query);
    this._stage.mark(this._marks());
  }

  fit(): void {
    this._stage.fit();
  }

  zoom(factor: number): void {
    this._stage.zoom(factor);
  }

  /** Close groups to one box each, or open them; all groups when none is named. */
  closeGroups(closed: boolean, groupIds?: readonly string[]): void {
    const anchor = this._selected ?? this._stage.nearestToMiddle();
    const ids =
      groupIds ?? this._shown.model.groups.map(group => group.group_id);
    if (closed) {
      this._shown.close(ids);
    } else {
      this._shown.open(ids);
    }
    if (this._task !== null) {
      this._selected = this._shown.keyOf(this._task);
    } else if (this._selected !== null && !this._shown.box(this._selected)) {
      this._selected = null;
    }
    this._find(this._toolbar.search.value);
    this._show(anchor);
  }

  /** Show the tasks as a table instead of the graph. */
  showTable(shown: boolean): void {
    this._sheet.hidden = !shown;
    this._stage.node.hidden = shown;
    this._toolbar.button('table').setAttribute('aria-pressed', String(shown));
    this._paintWords();
  }

  /** The whole graph as an SVG that is complete in itself. */
  toSvg(): string {
    const { drawing } = this._stage;
    const { model } = this._shown;
    const title = this._t('Dag %1', visible(model.dagId));
    return svgText(this.node, this._stage.everything(), drawing, title);
  }

  /** The whole graph as a PNG. */
  toPng(): Promise<Blob> {
    return pngOf(this.toSvg());
  }

  private _assemble(host: HTMLElement): void {
    const { _options: options, _t: t } = this;
    this._toolbar.node.hidden = options.toolbar === false;
    this._legend.hidden = options.legend === false;
    const style = el('style', {}, graphCss());
    const stage = el('div', { class: 'mk-stage' });
    stage.append(this._stage.node, this._sheet, this._details);
    this._details.setAttribute('aria-label', t('Selected task'));
    this.node.append(
      style,
      this._toolbar.node,
      stage,
      this._legend,
      this._said
    );
    host.append(this.node);
  }

  private _listen(signal: AbortSignal): void {
    const verbs: IVerbs = {
      choose: key => this._choose(key),
      chooseLink: key => this._chooseLink(key),
      open: key => this._open(key),
      closeGroup: id => this.closeGroups(true, [id]),
      hover: (key, link, at) => this._hover(key, link, at),
      act: action => this._act(action)
    };
    listen(this._stage, verbs, signal);
    listenForEdges(
      {
        svg: this._stage.svg,
        pointAt: (x, y) => this._stage.pointAt(x, y),
        taskAt: point => {
          const box = this._stage.boxAt(point);
          return box?.kind === 'task' ? box.id : null;
        },
        aim: (up, down) => this._aim(up, down),
        drawn: (up, down) => {
          this._stage.gestures.dragged = true;
          this._connect(up, down);
        }
      },
      signal
    );
    this._sheet.addEventListener('click', e => this._row(e), { signal });
    this._sheet.addEventListener('dblclick', () => this._open(this._selected), {
      signal
    });
  }

  private _palette(): IPalette {
    const connects = this._options.onConnect !== undefined;
    return { model: this._shown.model, t: this._t, connects };
  }

  /** Show what there is now, the box `anchor` staying where it is. */
  private _show(anchor: string | null): void {
    const { scene, layout, model, closed } = this._shown;
    this._stage.show(scene, layout, this._palette(), anchor);
    const svg = this._stage.svg;
    const empty = scene.boxes.size === 0;
    svg.setAttribute('role', empty ? 'img' : 'tree');
    const [tasks, edges] = [model.tasks.length, model.edges.length];
    svg.setAttribute(
      'aria-label',
      this._t('Dag %1: %2 tasks, %3 edges', visible(model.dagId), tasks, edges)
    );
    const groups = this._toolbar.button('groups');
    groups.hidden = model.groups.length === 0;
    groups.textContent =
      closed.size < model.groups.length
        ? this._t('Close groups')
        : this._t('Open groups');
    this._stage.mark(this._marks());
    this._paintWords();
  }

  /** Details, legend and table. */
  private _paintWords(): void {
    const { model } = this._shown;
    const task = this._task === null ? undefined : model.task(this._task);
    this._details.hidden = !task || this._options.details === false;
    if (task) {
      const open = this._options.onOpen && ((id: string) => this._openTask(id));
      const choose = (id: string): void => {
        this.select(id, true);
        this._options.onSelect?.(id);
      };
      const actions = open ? { choose, open } : { choose };
      showDetails(this._details, model, task, actions, this._t);
    }
    paintLegend(this._legend, model, this._t);
    if (!this._sheet.hidden) {
      paintTable(this._sheet, model, this._task, this._t);
    }
  }

  private _marks(): IMarks {
    const [first] = this._shown.scene.boxes.keys();
    const known = this._current !== null && this._shown.box(this._current);
    return {
      current:
        this._selected ?? (known ? this._current : null) ?? first ?? null,
      selected: this._selected,
      link: this._link,
      found: this._found,
      target: this._connecting?.target ?? null
    };
  }

  private _setSelected(
    key: string | null,
    taskId: string | null,
    focus: boolean
  ): void {
    this._selected = key;
    this._task = taskId;
    this._current = key ?? this._current;
    this._link = null;
    this._paintWords();
    this._stage.resize();
    if (key !== null) {
      this._stage.reveal(key);
    }
    this._stage.mark(this._marks());
    if (key !== null && focus) {
      this._stage.focus(key);
    }
  }

  /** The user selects a box. */
  private _choose(key: string | null): void {
    const before = this._task;
    const task = key === null ? undefined : this._shown.taskOf(key);
    this._setSelected(key, task?.task_id ?? null, true);
    if (this._task !== before) {
      this._options.onSelect?.(this._task);
    }
  }

  private _chooseLink(key: string): void {
    const link = this._shown.link(key);
    if (link) {
      this._choose(null);
      this._link = key;
      this._stage.mark(this._marks());
      const lines = linkInWords(link, this._t);
      this._stage.tipAt(link, lines);
      this._say(lines.join('. '));
    }
  }

  private _open(key: string | null): void {
    const box = key === null ? undefined : this._shown.box(key);
    if (box?.kind === 'task') {
      this._openTask(box.id);
    } else if (box?.kind === 'group') {
      this.closeGroups(false, [box.id]);
      this._choose(this._shown.keyOfGroup(box.id) ?? null);
    }
  }

  private _openTask(taskId: string): void {
    const task = this._shown.model.task(taskId);
    if (task) {
      this._options.onOpen?.(task);
    }
  }

  private _hover(key: string | null, linkKey: string | null, at: IPoint): void {
    const link = linkKey === null ? undefined : this._shown.link(linkKey);
    const task = key === null ? undefined : this._shown.taskOf(key);
    const box = key === null ? undefined : this._shown.box(key);
    if (this._connecting) {
      return;
    }
    if (task) {
      const doc = visible(task.doc.split('\n', 1)[0] ?? '');
      const lines = [visible(task.task_id), doc].filter(Boolean);
      const plain = lines.length === 1 && box?.face.name === lines[0];
      this._stage.tip.show(plain ? [] : lines, at.x, at.y);
    } else if (box) {
      this._stage.tip.show(
        [boxName(this._shown.model, box, this._t)],
        at.x,
        at.y
      );
    } else if (link) {
      this._stage.tip.show(linkInWords(link, this._t), at.x, at.y);
    } else if (this._link === null) {
      this._stage.tip.hide();
    }
  }

  private _act(action: Action): boolean {
    switch (action.do) {
      case 'walk':
        return this._walk(action.direction);
      case 'first':
      case 'last':
        return this._goTo(action.do === 'first' ? 0 : -1);
      case 'mark':
        this._choose(this._marks().current);
        return true;
      case 'open':
        return this._enter();
      case 'leave':
        return this._leave();
      case 'nearer':
      case 'farther':
        this.zoom(action.do === 'nearer' ? STEP : 1 / STEP);
        return true;
      case 'fit':
        this.fit();
        return true;
      case 'search':
        this._toolbar.search.focus();
        return true;
      case 'connect':
        return this._startConnecting();
      case 'group':
        return this._turnGroup();
    }
  }

  private _walk(direction: Direction): boolean {
    const from = this._connecting?.target ?? this._marks().current;
    if (from === null) {
      return false;
    }
    const ground = this._stage.ground();
    const free = this._connecting !== null;
    const next = neighbour(ground, from, direction, free) ?? from;
    if (this._connecting) {
      const task = this._shown.taskOf(next);
      this._stage.reveal(next);
      this._aim(this._connecting.from, task?.task_id ?? null);
    } else {
      this._choose(next);
    }
    return true;
  }

  private _goTo(index: number): boolean {
    const key = [...this._shown.scene.boxes.keys()].at(index);
    this._choose(key ?? null);
    return true;
  }

  private _enter(): boolean {
    if (this._connecting) {
      const { from, target } = this._connecting;
      const task = target === null ? undefined : this._shown.taskOf(target);
      this._connect(from, task?.task_id ?? null);
    } else {
      const key = this._marks().current;
      this._choose(key);
      this._open(key);
    }
    return true;
  }

  private _leave(): boolean {
    if (this._connecting) {
      this._connect(this._connecting.from, null);
      return true;
    }
    const left = this._selected !== null || this._link !== null;
    this._stage.tip.hide();
    this._choose(null);
    return left;
  }

  /** Close the group around what is selected, or open the group that is. */
  private _turnGroup(): boolean {
    const key = this._marks().current;
    const box = key === null ? undefined : this._shown.box(key);
    if (box?.kind === 'group') {
      this._open(box.key);
      return true;
    }
    const group = this._task && this._shown.model.task(this._task)?.group;
    if (!group) {
      return false;
    }
    this.closeGroups(true, [group]);
    this._choose(this._shown.keyOfGroup(group) ?? null);
    return true;
  }

  private _startConnecting(): boolean {
    const key = this._marks().current;
    const task = key === null ? undefined : this._shown.taskOf(key);
    if (!task || !this._options.onConnect) {
      return false;
    }
    this._choose(key);
    this._connecting = { from: task.task_id, target: null };
    this._tell(
      this._t(
        'An edge from %1: go to the task that shall wait for it with the arrow keys. Enter draws the edge, Escape gives up.',
        visible(task.task_id)
      )
    );
    return true;
  }

  /** Show what an edge being drawn would join, and why it cannot where it cannot. */
  private _aim(upstream: string, downstream: string | null): void {
    const target = downstream === null ? null : this._shown.keyOf(downstream);
    const { model } = this._shown;
    this._connecting = { from: upstream, target };
    this._stage.mark(this._marks());
    if (downstream === null || downstream === upstream) {
      return;
    }
    const pair = `${visible(upstream)} → ${visible(downstream)}`;
    this._tell(refusalOf(model, upstream, downstream, this._t) ?? pair);
  }

  private _connect(upstream: string, downstream: string | null): void {
    this._connecting = null;
    this._stage.tip.hide();
    this._stage.mark(this._marks());
    if (downstream === null || downstream === upstream) {
      this._say(this._t('No edge was drawn.'));
      return;
    }
    const { model } = this._shown;
    const refusal = refusalOf(model, upstream, downstream, this._t);
    if (refusal !== null) {
      this._tell(refusal);
    } else {
      this._say(`${visible(upstream)} → ${visible(downstream)}`);
      this._options.onConnect?.(upstream, downstream);
    }
  }

  private _find(query: string): void {
    const found = this._shown.model.search(query);
    this._foundTasks = found.map(task => task.task_id);
    const keys = this._foundTasks.map(id => this._shown.keyOf(id));
    this._found = query.trim() ? new Set(keys) : null;
    this._toolbar.found.textContent = this._found
      ? this._t('%1 of %2', found.length, this._shown.model.tasks.length)
      : '';
  }

  /** Enter goes to the next task found; Escape ends the search. */
  private _endSearch(found: boolean): void {
    if (!found) {
      this._toolbar.search.value = '';
      this.search('');
      return;
    }
    const at = this._foundTasks.indexOf(this._task ?? '');
    const next = this._foundTasks[(at + 1) % this._foundTasks.length];
    if (next !== undefined) {
      this.select(next);
      this._options.onSelect?.(next);
    }
  }

  private _press(tool: Tool): void {
    switch (tool) {
      case 'nearer':
      case 'farther':
        return this.zoom(tool === 'nearer' ? STEP : 1 / STEP);
      case 'fit':
        return this.fit();
      case 'groups': {
        const { closed, model } = this._shown;
        return this.closeGroups(closed.size < model.groups.length);
      }
      case 'table':
        return this.showTable(this._sheet.hidden);
      case 'svg':
      case 'png':
        void this._save(tool);
    }
  }

  private async _save(kind: 'svg' | 'png'): Promise<void> {
    const stem = this._shown.model.dagId.replace(/[^\w.-]+/g, '_') || 'dag';
    const save = this._options.onSave ?? download;
    try {
      const content =
        kind === 'svg'
          ? new Blob([this.toSvg()], { type: 'image/svg+xml' })
          : await this.toPng();
      save(`${stem}.${kind}`, content);
    } catch (error) {
      this._tell(
        this._t('The graph could not be saved: %1', visible(String(error)))
      );
    }
  }

  private _row(event: Event): void {
    const button = (event.target as Element).closest<HTMLElement>(
      '[data-task-id]'
    );
    const taskId = button?.dataset['taskId'];
    if (taskId !== undefined) {
      this.select(taskId);
      this._options.onSelect?.(taskId);
    }
  }

  /** Say something to whoever listens, and show it. */
  private _tell(text: string): void {
    this._say(text);
    this._stage.tip.show([text], 12, 0);
  }

  private _say(text: string): void {
    this._said.textContent = text;
  }

  private readonly _options: IDagViewOptions;
  private readonly _t: Gettext;
  private readonly _shown: Shown;
  private readonly _stage: Stage;
  private readonly _toolbar: Toolbar;
  private readonly _sheet = el('div', { class: 'mk-sheet', hidden: '' });
  private readonly _details = el('aside', { class: 'mk-details', hidden: '' });
  private readonly _legend = el('div', { class: 'mk-legend' });
  private readonly _said = el('div', { class: 'mk-said', role: 'status' });
  private readonly _ended = new AbortController();
  /** The box that is selected, and the task that it is selected for: a closed group stands for any task in it. */
  private _selected: string | null = null;
  private _task: string | null = null;
  /** The box that was selected last: where the keyboard begins. */
  private _current: string | null = null;
  private _link: string | null = null;
  private _found: ReadonlySet<string> | null = null;
  private _foundTasks: string[] = [];
  private _connecting: { from: string; target: string | null } | null = null;
}
