/** What there is to mend: the list, and marks in the text. */
import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { FindingMarks } from '../cells/marks.ts';
import { CommandIDs } from '../commands/ids.ts';
import { goTo } from '../going.ts';
import { askToFix } from '../dialogs/fixing.tsx';
import { attempt } from '../telling.ts';
import type { NotebookSession } from '../session.ts';
import { Checked, FindingsView } from '../tabs/findings.tsx';
import { IChecks, IDagPanel, ISessions } from '../tokens.ts';
import type { IFinding } from '../wire.ts';

export const findings: JupyterFrontEndPlugin<IChecks> = {
  id: 'mwaa-kit:findings',
  description: 'Lists what there is to mend, and marks it in the cells.',
  autoStart: true,
  requires: [ISessions, IDagPanel],
  optional: [ITranslator],
  provides: IChecks,
  activate: (
    app,
    sessions: ISessions,
    panel: IDagPanel,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load('mwaa_kit');
    const checks = new Checks();
    const fix = (session: NotebookSession, finding: IFinding): void =>
      void attempt(() => askToFix(session, finding, trans));
    const mark = (session: NotebookSession): void => {
      new FindingMarks(session, finding => fix(session, finding), trans);
    };
    sessions.opened.connect((_, session) => mark(session));
    sessions.all().forEach(mark);
    panel.add({
      id: 'findings',
      label: trans.__('Findings'),
      rank: 30,
      create: session =>
        new FindingsView(
          session,
          checks.of(session),
          {
            open: ({ cell, line }) =>
              void (cell && goTo(app.shell, session, cell, line ?? 1)),
            fix: finding => fix(session, finding),
            check: () => void app.commands.execute(CommandIDs.check)
          },
          trans
        )
    });
    return checks;
  }
};

class Checks implements IChecks {
  of(session: NotebookSession): Checked {
    let found = this._checked.get(session);
    if (!found) {
      found = new Checked();
      this._checked.set(session, found);
    }
    return found;
  }

  private readonly _checked = new WeakMap<NotebookSession, Checked>();
}
