/** The notebook as it is in the editor: its text as the server is asked about it, and edits made in it. */
import type { NotebookPanel } from '@jupyterlab/notebook';

import type * as wire from './wire.ts';

/** Everything the server needs to know of it, also what is not saved. */
export function cellsIn(panel: NotebookPanel): wire.ICellSource[] {
  return [...panel.context.model.cells].map(cell => ({
    id: cell.id,
    cell_type: cell.type as wire.ICellSource['cell_type'],
    source: cell.sharedModel.getSource(),
    execution_count:
      cell.type === 'code'
        ? ((cell as unknown as { executionCount: number | null })
            .executionCount ?? null)
        : null,
    metadata: tagsOf(cell.getMetadata('tags'))
  }));
}

/** One undo takes the edits back: in the cell, or in the whole notebook where the user has set undo to be document-wide. */
export function makeEdits(
  panel: NotebookPanel,
  { changes, inserts }: wire.ICellEdits
): void {
  const shared = panel.context.model.sharedModel;
  const make = (): void => {
    for (const change of changes) {
      const cell = shared.cells.find(one => one.getId() === change.id);
      cell?.setSource(change.source);
    }
    for (const insert of inserts) {
      shared.insertCell(insert.index, {
        cell_type: insert.cell_type,
        source: insert.source
      });
    }
  };
  // A transaction of the notebook's own would hide the change from the undo of each cell.
  if (shared.disableDocumentWideUndoRedo) {
    make();
  } else {
    shared.transact(make);
  }
}

function tagsOf(tags: unknown): { tags?: string[] } {
  return Array.isArray(tags) ? { tags: tags.map(String) } : {};
}
