/** Which plugins there are: one for each feature, so that each can be switched off by itself. */
import { authoring } from './plugins/authoring.ts';
import { cells } from './plugins/cells.ts';
import { findings } from './plugins/findings.ts';
import { graph } from './plugins/graph.ts';
import { publish } from './plugins/publish.ts';
import { runs } from './plugins/runs.ts';
import { sessions } from './plugins/sessions.ts';
import { start } from './plugins/start.ts';
import { status } from './plugins/status.ts';

export const plugins = [
  sessions,
  graph,
  runs,
  cells,
  authoring,
  findings,
  publish,
  start,
  status
];
