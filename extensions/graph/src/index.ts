/** The graph of a Dag in a browser, for whoever builds on it. */
export { english, type Gettext } from './gettext.ts';
export type { IDagViewOptions } from './options.ts';
export { lookName, lookOf } from './states.ts';
export { DagView } from './view.ts';
export type {
  IAsset,
  IDagDocument,
  IEdge,
  IGroup,
  IStateCount,
  ITask,
  States
} from './wire.ts';
