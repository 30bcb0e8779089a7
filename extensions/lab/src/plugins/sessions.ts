/** Offers the sessions of the open notebooks to all other plugins, and says when front and back end do not fit. */
import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { problemOf, tell, tellWith } from '../telling.ts';
import { Sessions } from '../sessions.ts';
import { ISessions } from '../tokens.ts';

export const sessions: JupyterFrontEndPlugin<ISessions> = {
  id: 'mwaa-kit:sessions',
  description: 'Follows the open notebooks and the jobs of the server.',
  autoStart: true,
  requires: [INotebookTracker],
  optional: [ITranslator],
  provides: ISessions,
  activate: (
    app,
    tracker: INotebookTracker,
    translator: ITranslator | null
  ) => {
    tellWith((translator ?? nullTranslator).load('mwaa_kit'));
    const found = new Sessions(tracker);
    void app.restored.then(async () => {
      try {
        const hello = await found.api.hello();
        if (!hello.compatible) {
          tell({
            name: 'VersionMismatchError',
            message: hello.message ?? '',
            hint: hello.hint
          });
        }
      } catch (error) {
        tell(problemOf(error));
      }
    });
    return found;
  }
};
