/** What is selected, found and aimed at. Knows no document. */
import type { Shown } from './shown.ts';

/** What is marked on the picture, by the keys of boxes and links. */
export interface IMarks {
  /** The box with the focus: always painted. */
  current: string | null;
  selected: string | null;
  /** The link that is selected. */
  link: string | null;
  /** What a search found; null while there is none. */
  found: ReadonlySet<string> | null;
  /** What an edge being drawn may lead to. */
  target: string | null;
}

export class Selection {
  /** The box that is selected, and the task that it is selected for: a closed group stands for any task in it. */
  box: string | null = null;
  task: string | null = null;
  link: string | null = null;
  target: string | null = null;

  set(box: string | null, task: string | null): void {
    this.box = box;
    this.task = task;
    this.link = null;
    this._last = box ?? this._last;
  }

  /** Follow to another scene: the same task, in the box that shows it now. */
  follow(shown: Shown, query: string): void {
    this.link = this.target = null;
    if (this.task !== null && shown.model.task(this.task)) {
      this.box = shown.keyOf(this.task);
    } else if (this.box !== null && !shown.box(this.box)) {
      this.box = this.task = null;
    }
    this.find(shown, query);
  }

  /** The tasks that a query finds; an empty query seeks none. */
  find(shown: Shown, query: string): void {
    this._foundTasks = shown.model.search(query).map(task => task.task_id);
    const keys = this._foundTasks.map(taskId => shown.keyOf(taskId));
    this._found = query.trim() ? new Set(keys) : null;
  }

  /** How many tasks were found; null while none are sought. */
  get foundCount(): number | null {
    return this._found && this._foundTasks.length;
  }

  /** The task found after the one that is selected. */
  nextFound(): string | undefined {
    const at = this._foundTasks.indexOf(this.task ?? '');
    return this._foundTasks[(at + 1) % this._foundTasks.length];
  }

  marks(shown: Shown): IMarks {
    const [first] = shown.scene.boxes.keys();
    const last = this._last !== null && shown.box(this._last);
    return {
      current: this.box ?? (last ? last.key : null) ?? first ?? null,
      selected: this.box,
      link: this.link,
      found: this._found,
      target: this.target
    };
  }

  /** The box that was selected last: where the keyboard begins. */
  private _last: string | null = null;
  private _found: ReadonlySet<string> | null = null;
  private _foundTasks: string[] = [];
}
