/** Marks findings in the text of the cells: the line underlined, with what it says on hover, and a mark in the gutter. */
import type { CodeMirrorEditor } from '@jupyterlab/codemirror';
import type { Cell } from '@jupyterlab/cells';
import type { TranslationBundle } from '@jupyterlab/translation';
import { StateEffect, StateField, type Extension } from '@codemirror/state';
import {
  Decoration,
  EditorView,
  GutterMarker,
  gutter,
  hoverTooltip,
  type DecorationSet
} from '@codemirror/view';

import type { NotebookSession } from '../session.ts';
import type { IFinding } from '../wire.ts';

type Fix = (finding: IFinding) => void;

interface IMarked {
  findings: readonly IFinding[];
  lines: DecorationSet;
}

const setFindings = StateEffect.define<readonly IFinding[]>();

export class FindingMarks {
  constructor(
    private readonly _session: NotebookSession,
    fix: Fix,
    trans: TranslationBundle
  ) {
    this._extension = marking(fix, trans);
    _session.liveChanged.connect(this._paint, this);
    _session.panel.content.cellInViewportChanged.connect(this._paint, this);
  }

  private _paint(): void {
    const found = this._session.live?.findings ?? [];
    for (const cell of this._session.panel.content.widgets) {
      const view = viewOf(cell);
      if (!view) {
        continue;
      }
      const mine = found.filter(one => one.cell_id === cell.model.id);
      if (!this._marked.has(view)) {
        if (!mine.length) {
          continue;
        }
        view.dispatch({
          effects: StateEffect.appendConfig.of(this._extension)
        });
      }
      const said = JSON.stringify(mine);
      if (said !== this._marked.get(view)) {
        this._marked.set(view, said);
        view.dispatch({ effects: setFindings.of(mine) });
      }
    }
  }

  /** What each editor was told last; telling it moves its marks back to where they were found. */
  private readonly _marked = new WeakMap<EditorView, string>();
  private readonly _extension: Extension;
}

/** The editor of a cell; null while the cell was never in view. */
export function viewOf(cell: Cell): EditorView | null {
  return (cell.editor as CodeMirrorEditor | null)?.editor ?? null;
}

/** One decoration for each line that a finding is about; several findings of a line share it. */
function decorated(
  findings: readonly IFinding[],
  view: { lines: number; line(n: number): { from: number } }
): DecorationSet {
  const worst = new Map<number, IFinding>();
  for (const finding of findings) {
    const line = Math.min(finding.line ?? 1, view.lines);
    const known = worst.get(line);
    if (!known || rank(finding) < rank(known)) {
      worst.set(line, finding);
    }
  }
  return Decoration.set(
    [...worst]
      .sort(([a], [b]) => a - b)
      .map(([line, { severity }]) =>
        Decoration.line({
          attributes: { class: `jp-MwaaKit-mark`, 'data-severity': severity }
        }).range(view.line(line).from)
      )
  );
}

function rank(finding: IFinding): number {
  return ['error', 'warning', 'info'].indexOf(finding.severity);
}

function marking(fix: Fix, trans: TranslationBundle): Extension {
  const field = StateField.define<IMarked>({
    create: () => ({ findings: [], lines: Decoration.none }),
    update: (value, transaction) => {
      for (const effect of transaction.effects) {
        if (effect.is(setFindings)) {
          const { doc } = transaction.state;
          return {
            findings: effect.value,
            lines: decorated(effect.value, doc)
          };
        }
      }
      return transaction.docChanged
        ? { ...value, lines: value.lines.map(transaction.changes) }
        : value;
    },
    provide: own => EditorView.decorations.from(own, value => value.lines)
  });
  return [
    field,
    gutter({
      class: 'jp-MwaaKit-gutter',
      lineMarker: (view, line) => {
        const number = view.state.doc.lineAt(line.from).number;
        const here = onLine(view, field, number);
        return here[0] ? new Sign(here[0].severity, words(here)) : null;
      },
      lineMarkerChange: update =>
        update.startState.field(field) !== update.state.field(field)
    }),
    hoverTooltip((view, position) => {
      const line = view.state.doc.lineAt(position);
      const here = onLine(view, field, line.number);
      return here.length
        ? {
            pos: line.from,
            end: line.to,
            create: () => ({ dom: tooltip(here, fix, trans) })
          }
        : null;
    })
  ];
}

function onLine(
  view: EditorView,
  field: StateField<IMarked>,
  number: number
): IFinding[] {
  const { findings } = view.state.field(field);
  const last = view.state.doc.lines;
  return findings
    .filter(one => Math.min(one.line ?? 1, last) === number)
    .sort((a, b) => rank(a) - rank(b));
}

function words(findings: readonly IFinding[]): string {
  return findings.map(one => `${one.code}: ${one.message}`).join('\n');
}

class Sign extends GutterMarker {
  constructor(
    private readonly _severity: string,
    private readonly _words: string
  ) {
    super();
  }

  override eq(other: Sign): boolean {
    return other._severity === this._severity && other._words === this._words;
  }

  override toDOM(): HTMLElement {
    const sign = document.createElement('span');
    sign.className = 'jp-MwaaKit-sign';
    sign.dataset['severity'] = this._severity;
    sign.title = this._words;
    sign.setAttribute('role', 'img');
    sign.setAttribute('aria-label', this._words);
    return sign;
  }
}

function tooltip(
  findings: readonly IFinding[],
  fix: Fix,
  trans: TranslationBundle
): HTMLElement {
  const box = document.createElement('div');
  box.className = 'jp-MwaaKit-tooltip';
  for (const finding of findings) {
    const line = document.createElement('p');
    line.textContent = `${finding.severity} ${finding.code} ${finding.name}: ${finding.message}`;
    box.append(line);
    if (finding.hint) {
      const next = document.createElement('p');
      next.textContent = `${trans.__('Next:')} ${finding.hint}`;
      box.append(next);
    }
    if (finding.fix) {
      const button = document.createElement('button');
      button.textContent = trans.__('Fix…');
      button.onclick = () => fix(finding);
      box.append(button);
    }
  }
  return box;
}
