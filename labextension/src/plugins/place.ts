import type { JupyterFrontEnd } from '@jupyterlab/application';
import { PathExt } from '@jupyterlab/coreutils';
import type { INotebookTracker } from '@jupyterlab/notebook';

import type { IPlace } from '../lines';
import type { IKitModel } from '../tokens';

/** Where a %kit line goes now: a kernel begins in the folder of its notebook, which another drive has elsewhere. */
export function placeOf(app: JupyterFrontEnd, model: IKitModel | null, notebooks: INotebookTracker | null): IPlace {
  const path = notebooks?.currentWidget?.context.path;
  const isHere = path !== undefined && app.serviceManager.contents.driveName(path) === '';
  return { root: model?.status?.root ?? '', folder: isHere ? PathExt.dirname(path) : null };
}
