/** What the user does on the graph, by pointer or keys, carried out on the view. */
import type { IPoint } from './connect.ts';
import type { IVerbs } from './controls.ts';
import type { Gettext } from './gettext.ts';
import { Joining } from './joining.ts';
import type { Action } from './keys.ts';
import { visible } from './lettering.ts';
import type { IDagViewOptions } from './options.ts';
import type { Selection } from './selection.ts';
import type { Shown } from './shown.ts';
import type { Stage } from './stage.ts';
import { type Direction, neighbour } from './walk.ts';
import { boxName, linkInWords } from './words.ts';

const STEP = 1.3;

/** What is driven. */
export interface IDriven {
  readonly shown: Shown;
  readonly stage: Stage;
  readonly selection: Selection;
  readonly options: IDagViewOptions;
  readonly t: Gettext;
  /** Select a box, and bring it into view. */
  setSelected(key: string | null, taskId: string | null, focus: boolean): void;
  closeGroups(closed: boolean, groupIds: readonly string[]): void;
  /** Show the marks of the selection. */
  mark(): void;
  focusSearch(): void;
  /** To whoever listens; `tell` shows it too. */
  say(text: string): void;
  tell(text: string): void;
}

export class Driver implements IVerbs {
  constructor(view: IDriven) {
    this._view = view;
    this.joining = new Joining(view);
  }

  readonly joining: Joining;

  choose(key: string | null): void {
    const { shown, selection, options } = this._view;
    const before = selection.task;
    const task = key === null ? undefined : shown.taskOf(key);
    this._view.setSelected(key, task?.task_id ?? null, true);
    if (selection.task !== before) {
      options.onSelect?.(selection.task);
    }
  }

  chooseLink(key: string): void {
    const { shown, selection, stage, t } = this._view;
    const link = shown.link(key);
    if (link) {
      this.choose(null);
      selection.link = key;
      this._view.mark();
      const lines = linkInWords(link, t);
      stage.tipAt(link, lines);
      this._view.say(lines.join('. '));
    }
  }

  /** Go to the cell of a task, or open a group. */
  open(key: string | null): void {
    const { shown } = this._view;
    const box = key === null ? undefined : shown.box(key);
    if (box?.kind === 'task') {
      this.openTask(box.id);
    } else if (box?.kind === 'group') {
      this._view.closeGroups(false, [box.id]);
      this.choose(shown.keyOfGroup(box.id) ?? null);
    }
  }

  openTask(taskId: string): void {
    const task = this._view.shown.model.task(taskId);
    if (task) {
      this._view.options.onOpen?.(task);
    }
  }

  closeGroup(groupId: string): void {
    this._view.closeGroups(true, [groupId]);
  }

  hover(key: string | null, linkKey: string | null, at: IPoint): void {
    const { stage, selection } = this._view;
    if (this.joining.from !== null) {
      return;
    }
    if (key !== null || linkKey !== null) {
      stage.tip.show(this._hint(key, linkKey), at.x, at.y);
    } else if (selection.link === null) {
      stage.tip.hide();
    }
  }

  act(action: Action): boolean {
    const { stage, selection, shown } = this._view;
    switch (action.do) {
      case 'walk':
        return this._walk(action.direction);
      case 'first':
      case 'last': {
        const keys = [...shown.scene.boxes.keys()];
        this.choose(keys.at(action.do === 'first' ? 0 : -1) ?? null);
        return true;
      }
      case 'mark':
        this.choose(selection.marks(shown).current);
        return true;
      case 'open':
        return this._enter();
      case 'leave':
        return this._leave();
      case 'nearer':
      case 'farther':
        stage.zoom(action.do === 'nearer' ? STEP : 1 / STEP);
        return true;
      case 'fit':
        stage.fit();
        return true;
      case 'search':
        this._view.focusSearch();
        return true;
      case 'connect':
        return this._startJoining();
      case 'group':
        return this._turnGroup();
    }
  }

  private _hint(key: string | null, linkKey: string | null): string[] {
    const { shown, t } = this._view;
    const task = key === null ? undefined : shown.taskOf(key);
    const box = key === null ? undefined : shown.box(key);
    const link = linkKey === null ? undefined : shown.link(linkKey);
    if (task) {
      const doc = visible(task.doc.split('\n', 1)[0] ?? '');
      const lines = [visible(task.task_id), doc].filter(Boolean);
      return lines.length === 1 && box?.face.name === lines[0] ? [] : lines;
    }
    if (box) {
      return [boxName(shown.model, box, t)];
    }
    return link ? linkInWords(link, t) : [];
  }

  private _walk(direction: Direction): boolean {
    const { shown, stage, selection } = this._view;
    const from = selection.target ?? selection.marks(shown).current;
    if (from === null) {
      return false;
    }
    const joined = this.joining.from;
    const ground = stage.ground();
    if (joined === null) {
      this.choose(neighbour(ground, from, direction) ?? from);
    } else {
      const tasks = [...ground.boxes].filter(([key]) => shown.taskOf(key));
      const among = { ...ground, boxes: new Map(tasks) };
      const next = neighbour(among, from, direction, true) ?? from;
      stage.reveal(next);
      this.joining.aim(joined, shown.taskOf(next)?.task_id ?? null);
    }
    return true;
  }

  private _enter(): boolean {
    const { shown, selection } = this._view;
    const joined = this.joining.from;
    if (joined !== null) {
      const { target } = selection;
      const task = target === null ? undefined : shown.taskOf(target);
      this.joining.end(joined, task?.task_id ?? null);
    } else {
      const { current } = selection.marks(shown);
      this.choose(current);
      this.open(current);
    }
    return true;
  }

  private _leave(): boolean {
    const { selection, stage } = this._view;
    if (this.joining.from !== null) {
      this.joining.end(this.joining.from, null);
      return true;
    }
    const left = selection.box !== null || selection.link !== null;
    stage.tip.hide();
    this.choose(null);
    return left;
  }

  private _startJoining(): boolean {
    const { shown, selection, options } = this._view;
    const { current } = selection.marks(shown);
    const task = current === null ? undefined : shown.taskOf(current);
    if (!task || !options.onConnect) {
      return false;
    }
    this.choose(current);
    this.joining.start(task.task_id);
    return true;
  }

  /** Close the group around what is selected, or open the group that is. */
  private _turnGroup(): boolean {
    const { shown, selection } = this._view;
    const { current } = selection.marks(shown);
    const box = current === null ? undefined : shown.box(current);
    if (box?.kind === 'group') {
      this.open(box.key);
      return true;
    }
    const group = box?.kind === 'task' && shown.model.task(box.id)?.group;
    if (!group) {
      return false;
    }
    this.closeGroup(group);
    this.choose(shown.keyOfGroup(group) ?? null);
    return true;
  }

  private readonly _view: IDriven;
}
