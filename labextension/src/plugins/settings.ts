import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { IFormRendererRegistry } from '@jupyterlab/ui-components';
import type { JSX } from 'react';
import { createElement, lazy, Suspense } from 'react';

import { IKitModel } from '../tokens';
import { actionsOf } from './actions';
import { load } from './ask';

/** What people chose in the settings, brought to the model; and the registries among them, which the server keeps. */
export const settings: JupyterFrontEndPlugin<void> = {
  id: 'kitops-jupyter:settings',
  description: 'Reads the settings of the panel, and shows the registries beside them.',
  autoStart: true,
  requires: [IKitModel],
  optional: [ISettingRegistry, IFormRendererRegistry, ITranslator],
  activate: async (
    app: JupyterFrontEnd,
    model: IKitModel,
    registry: ISettingRegistry | null,
    forms: IFormRendererRegistry | null,
    translator: ITranslator | null
  ) => {
    const made = { app, model, translator: translator ?? nullTranslator, notebooks: null, documents: null };
    const actions = actionsOf(made);
    // Fetched when somebody opens the settings, with the dialogs that its buttons open.
    const Registries = lazy(async () => ({ default: (await load()).Registries }));
    const fieldRenderer = (): JSX.Element =>
      createElement(Suspense, { fallback: null }, createElement(Registries, { actions }));
    forms?.addRenderer(`${settings.id}.registries`, { fieldRenderer });
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
