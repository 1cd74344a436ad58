import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IStateDB } from '@jupyterlab/statedb';

import { KitModel } from '../model';
import { IKitModel } from '../tokens';

/** The one model that every view shares. */
export const model: JupyterFrontEndPlugin<IKitModel> = {
  id: 'kitops-jupyter:model',
  description: 'Keeps what the server has, where it can look, and what it is doing.',
  autoStart: true,
  provides: IKitModel,
  optional: [IStateDB],
  activate: (app: JupyterFrontEnd, state: IStateDB | null) => {
    const kits = new KitModel({ services: app.serviceManager, state });
    void app.started.then(() => kits.refresh());
    return kits;
  }
};
