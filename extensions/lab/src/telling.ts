/** What went wrong, in words: what happened, where, and what to do next. */
import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import {
  nullTranslator,
  type TranslationBundle
} from '@jupyterlab/translation';

import { ABSENT, RefusedError } from './api.ts';
import { sentence } from './words.ts';
import type { IProblem } from './wire.ts';

/** JupyterLab cuts what a notification says after so many letters, and with it what to do next. */
const SHORT = 140;

let trans: TranslationBundle = nullTranslator.load('mwaa_kit');

/** In which language; the first plugin says it, for all who tell something. */
export function tellWith(bundle: TranslationBundle): void {
  trans = bundle;
}

/** Say what went wrong where the user sees it; what is too long for that, where there is room. */
export function tell(problem: IProblem): void {
  const next = problem.hint ? `\nNext: ${problem.hint}` : '';
  const told = sentence(problem) + next;
  const showAll = (): void =>
    void showDialog({
      title: problem.name,
      body: told,
      buttons: [Dialog.okButton()]
    });
  Notification.error(told, {
    autoClose: false,
    actions:
      told.length > SHORT
        ? [{ label: trans.__('Read it all'), callback: showAll }]
        : []
  });
}

/** Do something, and tell when it fails. */
export async function attempt(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    tell(problemOf(error));
  }
}

/** What went wrong, whatever was thrown. */
export function problemOf(error: unknown): IProblem {
  if (error instanceof RefusedError) {
    return error.problem;
  }
  return error instanceof TypeError
    ? { ...ABSENT, message: 'The Jupyter server does not answer.' }
    : { name: 'Error', message: String(error) };
}
