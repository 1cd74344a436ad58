import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { StatusItem } from '../components/status';
import { CommandIDs, DOMAIN, IKitModel } from '../tokens';

/** An item in the status bar while something moves. */
export const status: JupyterFrontEndPlugin<void> = {
  id: 'kitops-jupyter:status',
  description: 'Shows in the status bar how far transfers are.',
  autoStart: true,
  requires: [IKitModel],
  optional: [IStatusBar, ITranslator],
  activate: (app: JupyterFrontEnd, model: IKitModel, bar: IStatusBar | null, translator: ITranslator | null) => {
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    bar?.registerStatusItem('kitops-jupyter:status', {
      item: new StatusItem(model.jobs, trans, () => void app.commands.execute(CommandIDs.openPanel)),
      align: 'middle',
      isActive: () => model.jobs.going.length > 0,
      activeStateChanged: model.jobs.changed
    });
  }
};
