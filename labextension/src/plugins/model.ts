import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

import { KitModel } from '../model';
import { IKitModel } from '../tokens';

/** The one model that every view shares. */
export const model: JupyterFrontEndPlugin<IKitModel> = {
  id: 'kitops-jupyter:model',
  description: 'Keeps what the server has, where it can look, and what it is doing.',
  autoStart: true,
  provides: IKitModel,
  activate: (app: JupyterFrontEnd) => {
    const kits = new KitModel({ services: app.serviceManager });
    void app.started.then(() => kits.refresh());
    return kits;
  }
};
