/** Marks the line at which a task failed in the run that is shown, with the reason on hover; typing in the cell takes it away. */
import { StateEffect, StateField, type Extension } from '@codemirror/state';
import { Decoration, EditorView, type DecorationSet } from '@codemirror/view';

import type { IFailedAt } from '../runstate.ts';
import type { NotebookSession } from '../session.ts';
import { viewOf } from './marks.ts';

const setFailure = StateEffect.define<IFailedAt | null>();

export class FailureMarks {
  constructor(private readonly _session: NotebookSession) {
    _session.runChanged.connect(this._paint, this);
    _session.liveChanged.connect(this._paint, this);
  }

  /** Paint once for each state that a run comes to: what the user has typed over since stays unmarked. */
  private _paint(): void {
    const { run, live } = this._session;
    const shown = run ? `${run.job.id} ${run.failures().length}` : '';
    if (!live || shown === this._shown) {
      return;
    }
    this._shown = shown;
    const failures = run?.failures() ?? [];
    for (const cell of this._session.panel.content.widgets) {
      const view = viewOf(cell);
      const known = this._session.cellWith(cell.model.id);
      const failed = failures.find(
        one => one.cell === known?.cell && known.task_ids.includes(one.task_id)
      );
      if (!view || (!failed && !this._marked.has(view))) {
        continue;
      }
      if (!this._marked.has(view)) {
        this._marked.add(view);
        view.dispatch({ effects: StateEffect.appendConfig.of(MARKING) });
      }
      view.dispatch({ effects: setFailure.of(failed ?? null) });
    }
  }

  private readonly _marked = new WeakSet<EditorView>();
  private _shown = '';
}

const MARKING: Extension = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (value, transaction) => {
    for (const effect of transaction.effects) {
      if (effect.is(setFailure)) {
        const { doc } = transaction.state;
        return effect.value && effect.value.line <= doc.lines
          ? decorated(effect.value, doc.line(effect.value.line).from)
          : Decoration.none;
      }
    }
    return transaction.docChanged ? Decoration.none : value;
  },
  provide: own => EditorView.decorations.from(own)
});

function decorated({ reason, hint }: IFailedAt, from: number): DecorationSet {
  const title = [reason, hint].filter(Boolean).join('\n');
  const attributes = { class: 'jp-MwaaKit-failedLine', title };
  return Decoration.set([Decoration.line({ attributes }).range(from)]);
}
