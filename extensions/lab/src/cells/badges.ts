/** Puts a badge above each code cell of a notebook, and marks what is not shipped. */
import type { Cell } from '@jupyterlab/cells';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { PanelLayout } from '@lumino/widgets';

import type { NotebookSession } from '../session.ts';
import { CellBadge, type Act } from './badge.tsx';

const GREY = 'jp-MwaaKit-notShipped';
const IN_DAG = 'jp-MwaaKit-inDag';

export class CellBadges {
  constructor(
    private readonly _session: NotebookSession,
    private readonly _act: Act,
    private readonly _trans: TranslationBundle
  ) {
    const { content } = _session.panel;
    _session.liveChanged.connect(this._refresh, this);
    content.model?.cells.changed.connect(this._refresh, this);
    content.activeCellChanged.connect(this._follow, this);
    _session.panel.disposed.connect(() => this.dispose());
    this._refresh();
  }

  dispose(): void {
    for (const badge of this._badges.values()) {
      badge.dispose();
    }
    this._badges.clear();
  }

  /** Give each code cell its badge, and take away those of cells that are gone. */
  private _refresh(): void {
    const cells = this._session.panel.content.widgets;
    const here = new Set(cells);
    for (const [cell, badge] of this._badges) {
      if (!here.has(cell) || cell.isDisposed) {
        badge.dispose();
        this._badges.delete(cell);
      }
    }
    const isDag = Boolean(this._session.live?.dags.length);
    for (const cell of cells) {
      this._mark(cell, isDag);
      if (cell.model.type === 'code' && !this._badges.has(cell)) {
        this._add(cell);
      }
    }
  }

  private _mark(cell: Cell, isDag: boolean): void {
    const known = this._session.cellWith(cell.model.id);
    const ships = known?.shipped ?? true;
    const code = cell.model.type === 'code';
    cell.toggleClass(GREY, isDag && code && !ships);
    cell.toggleClass(IN_DAG, isDag && code && ships && known !== undefined);
  }

  private _add(cell: Cell): void {
    const badge = new CellBadge(
      this._session,
      cell.model.id,
      this._act,
      this._trans
    );
    (cell.layout as PanelLayout).insertWidget(0, badge);
    this._badges.set(cell, badge);
    cell.disposed.connect(() => this._badges.delete(cell));
  }

  /** The task of the cell that the user goes to is the selected one. */
  private _follow(): void {
    const id = this._session.panel.content.activeCell?.model.id;
    const task = id ? this._session.cellWith(id)?.task_ids[0] : undefined;
    if (task !== undefined) {
      this._session.select(task);
    }
  }

  private readonly _badges = new Map<Cell, CellBadge>();
}
