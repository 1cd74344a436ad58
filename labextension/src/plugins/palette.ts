import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ILauncher } from '@jupyterlab/launcher';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { CommandIDs, DOMAIN, IKitModel } from '../tokens';
import { takes } from './row';

/** Commands that can start without an argument. One that is not there is not shown. */
const CALLED = [
  CommandIDs.openPanel,
  CommandIDs.snapshot,
  CommandIDs.pack,
  CommandIDs.compareTags,
  CommandIDs.addRegistry,
  CommandIDs.signIn,
  CommandIDs.cleanUp,
  CommandIDs.refresh
];

/** The palette and the launcher; the menus are in the schema. */
export const palette: JupyterFrontEndPlugin<void> = {
  id: 'kitops-jupyter:palette',
  description: 'Puts the commands of the panel into the palette and the launcher.',
  autoStart: true,
  requires: [IKitModel],
  optional: [ITranslator, ICommandPalette, ILauncher],
  activate: (
    app: JupyterFrontEnd,
    model: IKitModel,
    translator: ITranslator | null,
    list: ICommandPalette | null,
    launcher: ILauncher | null
  ) => {
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    app.commands.addCommand(CommandIDs.refresh, {
      label: trans.__('Refresh ModelKits'),
      caption: trans.__('Reload from the server and the registries'),
      describedBy: takes(),
      execute: () => model.refresh()
    });
    for (const command of CALLED) {
      list?.addItem({ command, category: trans.__('ModelKits'), args: { isAsked: true } });
    }
    launcher?.add({ command: CommandIDs.openPanel, category: trans.__('Other'), rank: 10 });
  }
};
