import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ISettingRegistry } from '@jupyterlab/settingregistry';

import { IKitModel } from '../tokens';

/** What people chose in the settings, brought to the model. */
export const settings: JupyterFrontEndPlugin<void> = {
  id: 'kitops-jupyter:settings',
  description: 'Reads the settings of the panel.',
  autoStart: true,
  requires: [IKitModel],
  optional: [ISettingRegistry],
  activate: async (_: JupyterFrontEnd, model: IKitModel, registry: ISettingRegistry | null) => {
    const loaded = await registry?.load(settings.id).catch(() => null);
    const apply = (): void => {
      const { notifications, confirm, recordEnvironment, defaultRepository, parallelTransfers } =
        loaded?.composite ?? {};
      model.preferences = {
        notifications: notifications !== false,
        confirm: confirm !== false,
        recordEnvironment: recordEnvironment !== false,
        defaultRepository: typeof defaultRepository === 'string' ? defaultRepository : ''
      };
      // What the server was started with counts until somebody says another number here.
      if (typeof loaded?.user.parallelTransfers === 'number' && typeof parallelTransfers === 'number') {
        model.limitTransfers(parallelTransfers).catch(() => undefined);
      }
    };
    loaded?.changed.connect(apply);
    apply();
  }
};
