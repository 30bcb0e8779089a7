/** Show what a fix would change, and make it when the user agrees. */
import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import React from 'react';

import type { NotebookSession } from '../session.ts';
import type { Edit, IFinding } from '../wire.ts';

export async function askToFix(
  session: NotebookSession,
  finding: IFinding,
  trans: TranslationBundle
): Promise<void> {
  const edit: Edit = {
    do: 'fix',
    ...(finding.cell_id ? { cell_id: finding.cell_id } : {}),
    ...(finding.line === null ? {} : { line: finding.line })
  };
  const { diff } = await session.api.edits(session.document(), edit);
  const body = ReactWidget.create(
    <pre className="jp-MwaaKit-diff">
      {diff.split('\n').map((line, at) => (
        <span key={at} data-sign={line.charAt(0)}>
          {line + '\n'}
        </span>
      ))}
    </pre>
  );
  const { button } = await showDialog({
    title: trans.__('Fix %1 %2', finding.code, finding.name),
    body,
    buttons: [
      Dialog.cancelButton(),
      Dialog.okButton({ label: trans.__('Fix') })
    ]
  });
  if (button.accept) {
    await session.edit(edit);
  }
}
