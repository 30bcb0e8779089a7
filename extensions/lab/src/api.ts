/** The only file that fetches: one method for each route of the server extension, and its socket. */
import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import type * as wire from './wire.ts';

/** Why a request was refused, with what to do next. */
export class RefusedError extends Error {
  constructor(
    readonly problem: wire.IProblem,
    readonly status: number
  ) {
    super(problem.message);
    this.name = problem.name;
  }
}

/** The server extension is not there: not installed, switched off, or an older kit without it. */
export const ABSENT: wire.IProblem = {
  name: 'ServerExtensionMissingError',
  message: 'The server side of mwaa-kit does not answer.',
  hint: 'Install mwaa-kit in the environment that JupyterLab runs from, and start JupyterLab anew.'
};

export class Api {
  constructor(readonly settings = ServerConnection.makeSettings()) {}

  hello(): Promise<wire.IHello> {
    const asked = { version: MWAA_KIT_VERSION, wire: '1' };
    return this._get('hello', asked);
  }

  live(document: wire.IDocument): Promise<wire.ILive> {
    return this._send('POST', 'live', document);
  }

  /** Only for a notebook that the user trusts: Airflow imports its Dag file. */
  airflowView(document: wire.IDocument): Promise<wire.IAirflowView> {
    return this._send('POST', 'live/airflow', { ...document, trusted: true });
  }

  edits(document: wire.IDocument, edit: wire.Edit): Promise<wire.ICellEdits> {
    const { path, cells, metadata } = document;
    return this._send('POST', 'edits', { path, cells, metadata, edit });
  }

  startRun(request: wire.IRunRequest): Promise<wire.IJob> {
    return this._send('POST', 'runs', request);
  }

  async runs(path?: string): Promise<wire.IJob[]> {
    const found: { jobs: wire.IJob[] } = await this._get(
      'runs',
      path === undefined ? {} : { path }
    );
    return found.jobs;
  }

  run(id: string, events = 0): Promise<wire.IRunDetail> {
    return this._get(`runs/${id}`, { events: String(events) });
  }

  /** The runs that are recorded beside a notebook, newest first, whoever started them. */
  async recorded(path: string): Promise<wire.IRecordedRun[]> {
    const found: { runs: wire.IRecordedRun[] } = await this._get(
      'runs/recorded',
      { path }
    );
    return found.runs;
  }

  /** One of them, with how each of its task instances ended. */
  recordedRun(path: string, runId: string): Promise<wire.IRecordedDetail> {
    return this._get(`runs/${encodeURIComponent(runId)}`, { path });
  }

  value(
    { id, ...beside }: wire.IOnRecord,
    at: { task_id: string; map_index: number; key: string }
  ): Promise<wire.IValue> {
    return this._get(`runs/${encodeURIComponent(id)}/value`, {
      ...beside,
      ...at,
      map_index: String(at.map_index)
    });
  }

  card({
    id,
    ...beside
  }: wire.IOnRecord): Promise<{ html: string; run_id: string }> {
    return this._get(`runs/${encodeURIComponent(id)}/card`, beside);
  }

  /** Tell a task what it asked. What does not fit is told by another question. */
  answer(
    id: string,
    { task_id, map_index }: wire.IQuestion,
    answer: wire.IAnswer
  ): Promise<wire.IJob> {
    return this._send('POST', `runs/${id}/answer`, {
      task_id,
      map_index,
      ...answer
    });
  }

  cancel(id: string): Promise<wire.IJob> {
    return this._send('DELETE', `jobs/${id}`);
  }

  job(id: string): Promise<wire.IRunDetail> {
    return this._get(`jobs/${id}`);
  }

  async jobs(): Promise<wire.IJob[]> {
    const found: { jobs: wire.IJob[] } = await this._get('jobs');
    return found.jobs;
  }

  check(paths: string[]): Promise<{
    findings: wire.IFinding[];
    checked: number;
  }> {
    return this._send('POST', 'check', { paths });
  }

  plan(request: {
    path: string;
    env: string;
    profile?: string;
    region?: string;
    replacing?: string;
  }): Promise<wire.IPlan> {
    return this._send('POST', 'plan', request);
  }

  publish(request: Record<string, unknown>): Promise<wire.IJob> {
    return this._send('POST', 'publish', request);
  }

  environments(
    path?: string
  ): Promise<{ environments: wire.IEnvironment[]; profiles: string[] }> {
    return this._get('environments', path === undefined ? {} : { path });
  }

  practice(action: 'start' | 'stop' | 'reset'): Promise<wire.IJob> {
    return this._send('POST', 'practice', { action });
  }

  schedule(
    expression: string,
    zone: string,
    dagZone: string
  ): Promise<wire.ISchedule> {
    return this._get('schedule', { expression, zone, dag_zone: dagZone });
  }

  async templates(): Promise<wire.ITemplate[]> {
    const found: { templates: wire.ITemplate[] } = await this._get('templates');
    return found.templates;
  }

  /** Copy the tutorials into a folder; `start` is the one to begin with. */
  tutorials(path: string): Promise<{ start: string }> {
    return this._send('POST', 'tutorials', { path });
  }

  template(name: string): Promise<{ file_name: string; notebook: unknown }> {
    return this._get(`templates/${encodeURIComponent(name)}`);
  }

  /** Open the socket; the caller says what it listens to. */
  events(): WebSocket {
    const url = URLExt.join(this.settings.wsUrl, 'mwaa-kit', 'events');
    const token = this.settings.appendToken ? this.settings.token : '';
    const query = token ? `?token=${encodeURIComponent(token)}` : '';
    return new this.settings.WebSocket(url + query);
  }

  private _get<T>(
    path: string,
    query: Record<string, string> = {}
  ): Promise<T> {
    // Told not to store, JupyterLab would add a number to the address, which our routes do not know.
    const init: RequestInit = { cache: 'no-cache' };
    return this._request<T>(path + URLExt.objectToQueryString(query), init);
  }

  private _send<T>(method: string, path: string, body?: unknown): Promise<T> {
    return this._request<T>(path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      headers: { 'Content-Type': 'application/json' },
      cache: 'no-cache'
    });
  }

  private async _request<T>(path: string, init: RequestInit): Promise<T> {
    const url = URLExt.join(this.settings.baseUrl, 'mwaa-kit', path);
    const answer = await ServerConnection.makeRequest(url, init, this.settings);
    const text = await answer.text();
    const body: unknown = parsed(text);
    if (answer.ok && body !== undefined) {
      return body as T;
    }
    throw new RefusedError(problemIn(body, answer.status), answer.status);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What went wrong, whoever said it: our own route, the server before it, or a proxy. */
function problemIn(body: unknown, status: number): wire.IProblem {
  const error = (body as { error?: wire.IProblem } | undefined)?.error;
  if (error?.message) {
    return error;
  }
  if (status === 404) {
    return ABSENT;
  }
  return {
    name: 'RefusedError',
    message: `The server answered with ${status}.`,
    hint: 'Look into the log of the Jupyter server.'
  };
}
