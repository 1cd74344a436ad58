import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ILayoutRestorer } from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';
import { IStateDB } from '@jupyterlab/statedb';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { KitPanel } from '../components/panel';
import { CommandIDs, DOMAIN, IKitModel } from '../tokens';

/** The side panel, and the command that shows it. */
export const panel: JupyterFrontEndPlugin<void> = {
  id: 'kitops-jupyter:panel',
  description: 'Shows kits, registries and transfers beside the work.',
  autoStart: true,
  requires: [IKitModel],
  optional: [ITranslator, ILayoutRestorer, INotebookTracker, IStateDB],
  activate: (
    app: JupyterFrontEnd,
    model: IKitModel,
    translator: ITranslator | null,
    restorer: ILayoutRestorer | null,
    notebooks: INotebookTracker | null,
    state: IStateDB | null
  ) => {
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    const widget = new KitPanel({ model, trans, commands: app.commands, notebooks, state });
    restorer?.add(widget, widget.id);
    app.shell.add(widget, 'left', { rank: 350, type: 'ModelKits' });
    app.commands.addCommand(CommandIDs.openPanel, {
      label: trans.__('Show ModelKits'),
      caption: trans.__('Browse the kits of the local store and of registries'),
      icon: widget.title.icon,
      describedBy: { args: { type: 'object', properties: {} } },
      execute: () => app.shell.activateById(widget.id)
    });
  }
};
