import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ILayoutRestorer } from '@jupyterlab/application';
import { showErrorMessage } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { IStateDB } from '@jupyterlab/statedb';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import type { Run } from '../components/panel/types';
import type { Form } from '../components/shared/form';
import { inert } from '../format';
import { Memory } from '../model/memory';
import { CommandIDs, DOMAIN, IKitModel } from '../tokens';
import { actionsOf } from './actions';
import type { Dialogs } from './ask';
import { ask } from './ask';
import { given, takes } from './row';
import { Side } from './side';

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
    const memory = new Memory(state);
    void memory.restore();
    const run: Run = (command, args) => {
      if (app.commands.hasCommand(command)) {
        app.commands.execute(command, args).catch(reason => showErrorMessage(trans.__('ModelKits'), reason));
      }
    };
    const actions = actionsOf({ app, model, translator: translator ?? nullTranslator, notebooks, documents: null });
    const widget = new Side({ model, memory, trans, run, notebooks });
    restorer?.add(widget, widget.id);
    app.shell.add(widget, 'left', { rank: 350, type: 'ModelKits' });
    app.commands.addCommand(CommandIDs.openPanel, {
      label: trans.__('Show ModelKits'),
      caption: trans.__('Browse the kits of the local store and of registries'),
      icon: widget.title.icon,
      describedBy: { args: { type: 'object', properties: {} } },
      execute: () => app.shell.activateById(widget.id)
    });
    app.commands.addCommand(CommandIDs.openRepository, {
      label: trans.__('Open a Repository…'),
      caption: trans.__('Show one repository of a registry that does not list its repositories'),
      describedBy: takes('registry'),
      execute: async args => {
        const registry = given(app, 'registry', args.registry);
        const title = trans.__('Open a repository of %1', inert(registry, 60));
        const form = ({ RepositoryForm }: Dialogs): Form<string> => new RepositoryForm(actions, registry);
        const repository = registry && (await ask(title, form, trans.__('Open')));
        if (repository) {
          memory.name(registry, repository);
          app.shell.activateById(widget.id);
        }
      }
    });
  }
};
