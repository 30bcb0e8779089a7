/** What the plugins offer each other. */
import type { NotebookPanel } from '@jupyterlab/notebook';
import { Token } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';
import type { Widget } from '@lumino/widgets';

import type { Api } from './api.ts';
import type { EnvironmentChoice } from './environment.ts';
import type { Jobs } from './jobs.ts';
import type { NotebookSession } from './session.ts';
import type { Checked } from './tabs/findings.tsx';

/** The notebooks that are open, each followed by a session. */
export interface ISessions {
  readonly api: Api;
  readonly jobs: Jobs;
  /** That of the notebook the user looks at; null while there is none. */
  readonly current: NotebookSession | null;
  readonly currentChanged: ISignal<ISessions, NotebookSession | null>;
  /** A notebook was opened; its session ends with it. */
  readonly opened: ISignal<ISessions, NotebookSession>;
  /** The sessions that are open. */
  all(): NotebookSession[];
  of(panel: NotebookPanel): NotebookSession | undefined;
}

export const ISessions = new Token<ISessions>(
  'mwaa-kit:ISessions',
  'The notebooks that are open, as mwaa-kit understands them.'
);

/** One view in the lower half of the Dag panel. */
export interface IDagTab {
  readonly id: string;
  readonly label: string;
  readonly rank: number;
  create(session: NotebookSession): Widget;
}

/** The panel beside a notebook; features add their views to it. */
export interface IDagPanel {
  add(tab: IDagTab): void;
  /** Open the panel beside the current notebook and show one of its views. */
  show(tabId?: string): Promise<void>;
}

export const IDagPanel = new Token<IDagPanel>(
  'mwaa-kit:IDagPanel',
  'The panel that shows a Dag beside its notebook.'
);

/** What the last check of each notebook said. */
export interface IChecks {
  of(session: NotebookSession): Checked;
}

export const IChecks = new Token<IChecks>(
  'mwaa-kit:IChecks',
  'What the last check of each notebook said.'
);

/** Which environment the user publishes to. */
export type IEnvironmentChoice = EnvironmentChoice;

export const IEnvironmentChoice = new Token<IEnvironmentChoice>(
  'mwaa-kit:IEnvironmentChoice',
  'Which environment the user publishes to.'
);
