/** Lead the user to a line of a cell. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { NotebookActions } from '@jupyterlab/notebook';

import type { NotebookSession } from './session.ts';

/** `cell` and `line` as people count them, from 1. */
export async function goTo(
  shell: JupyterFrontEnd.IShell,
  session: NotebookSession,
  cell: number,
  line = 1
): Promise<void> {
  const { content } = session.panel;
  const index = Math.min(Math.max(cell - 1, 0), content.widgets.length - 1);
  shell.activateById(session.panel.id);
  content.activeCellIndex = index;
  await content.scrollToItem(index, 'smart');
  NotebookActions.focusActiveCell(content);
  content.widgets[index]?.editor?.setCursorPosition({
    line: line - 1,
    column: 0
  });
}
