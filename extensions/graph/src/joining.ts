/** An edge on its way from one task to another, drawn by pointer or keys. */
import type { IDriven } from './driver.ts';
import { visible } from './lettering.ts';
import { refusalOf } from './refusal.ts';

export class Joining {
  constructor(view: IDriven) {
    this._view = view;
  }

  /** The task that the edge begins at; null while none is drawn. */
  from: string | null = null;

  start(taskId: string): void {
    this.from = taskId;
    this._view.tell(
      this._view.t(
        'An edge from %1: go to the task that shall wait for it with the arrow keys. Enter draws the edge, Escape gives up.',
        visible(taskId)
      )
    );
  }

  /** Show what would be joined, and why it cannot be where it cannot. */
  aim(upstream: string, downstream: string | null): void {
    const { shown, selection, t } = this._view;
    this.from = upstream;
    selection.target = downstream === null ? null : shown.keyOf(downstream);
    this._view.mark();
    if (downstream !== null && downstream !== upstream) {
      const refusal = refusalOf(shown.model, upstream, downstream, t);
      this._view.tell(refusal ?? pair(upstream, downstream));
    }
  }

  /** Draw the edge; null gives it up. */
  end(upstream: string, downstream: string | null): void {
    const { shown, selection, stage, options, t } = this._view;
    this.from = selection.target = null;
    stage.tip.hide();
    this._view.mark();
    if (downstream === null || downstream === upstream) {
      this._view.say(t('No edge was drawn.'));
      return;
    }
    const refusal = refusalOf(shown.model, upstream, downstream, t);
    if (refusal !== null) {
      this._view.tell(refusal);
    } else {
      this._view.say(pair(upstream, downstream));
      options.onConnect?.(upstream, downstream);
    }
  }

  private readonly _view: IDriven;
}

function pair(upstream: string, downstream: string): string {
  return `${visible(upstream)} → ${visible(downstream)}`;
}
