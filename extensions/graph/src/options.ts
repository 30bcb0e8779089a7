/** How a view is set up, and what it tells the one who made it. */
import type { Gettext } from './gettext.ts';
import type { ITask } from './wire.ts';

export interface IDagViewOptions {
  /** Translates; JupyterLab's `trans.__` fits. Without it, English. */
  gettext?: Gettext;
  /** The wheel zooms at once; else only with Ctrl or Cmd, and the page scrolls. True when left out. */
  wheelZooms?: boolean;
  /** Left out: shown. */
  toolbar?: boolean;
  legend?: boolean;
  minimap?: boolean;
  details?: boolean;
  /** Another task is selected; null: none. */
  onSelect?(taskId: string | null): void;
  /** A task was opened, by Enter, a double click or its button: go to its cell. */
  onOpen?(task: ITask): void;
  /** An edge was drawn. Without this, none can be. */
  onConnect?(upstream: string, downstream: string): void;
  /** A file is to be saved; without this, the browser saves it. */
  onSave?(name: string, content: Blob): void;
}
