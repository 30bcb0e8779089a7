/** Offers the sessions of the open notebooks to all other plugins, and says when front and back end do not fit. */
import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';

import { tell } from '../commands/running.ts';
import { problemOf } from '../session.ts';
import { Sessions } from '../sessions.ts';
import { ISessions } from '../tokens.ts';

export const sessions: JupyterFrontEndPlugin<ISessions> = {
  id: 'mwaa-kit:sessions',
  description: 'Follows the open notebooks and the jobs of the server.',
  autoStart: true,
  requires: [INotebookTracker],
  provides: ISessions,
  activate: (app, tracker: INotebookTracker) => {
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
