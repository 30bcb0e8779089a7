/** The Dag file that the notebook makes; the lines of the active cell are marked, and a click leads to their cell. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import { Signal } from '@lumino/signaling';
import React from 'react';

import { Empty, useSignals } from '../components.tsx';
import type { NotebookSession } from '../session.ts';

export class CodeView extends ReactWidget {
  constructor(
    private readonly _session: NotebookSession,
    private readonly _open: (cell: number, line: number) => void,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-MwaaKit-view');
    _session.panel.content.activeCellChanged.connect(this._follow, this);
  }

  override dispose(): void {
    this._session.panel.content.activeCellChanged.disconnect(
      this._follow,
      this
    );
    Signal.clearData(this);
    super.dispose();
  }

  protected override render(): JSX.Element {
    return (
      <Code
        session={this._session}
        moved={this._moved}
        open={this._open}
        trans={this._trans}
      />
    );
  }

  private _follow(): void {
    this._moved.emit();
  }

  private readonly _moved = new Signal<this, void>(this);
}

function Code(props: {
  session: NotebookSession;
  moved: Signal<CodeView, void>;
  open: (cell: number, line: number) => void;
  trans: TranslationBundle;
}): JSX.Element {
  const { session, moved, open, trans } = props;
  useSignals([session.liveChanged, moved] as never[]);
  const active = React.useRef<HTMLSpanElement>(null);
  const here = session.panel.content.activeCellIndex + 1;
  React.useEffect(() => {
    void active.current?.scrollIntoView({ block: 'nearest' });
  }, [here]);
  const { live } = session;
  if (!live?.source) {
    return (
      <Empty>
        {trans.__(
          'There is no Dag file yet: mend what the findings call an error, or mark a cell with “#| task: name”.'
        )}
      </Empty>
    );
  }
  const from = new Map(live.source_map.map(one => [one.line, one]));
  const lines = live.source.split('\n');
  const first = lines.findIndex((_, at) => from.get(at + 1)?.cell === here);
  return (
    <pre className="jp-MwaaKit-code" tabIndex={0}>
      {lines.map((line, at) => {
        const origin = from.get(at + 1);
        return (
          <span
            key={at}
            ref={at === first ? active : undefined}
            data-here={origin?.cell === here}
            title={origin ? trans.__('cell %1', origin.cell) : undefined}
            onClick={() => origin && open(origin.cell, origin.cell_line)}
          >
            {line + '\n'}
          </span>
        );
      })}
    </pre>
  );
}
