import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Dialog, showDialog } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { addIcon } from '@jupyterlab/ui-components';

import { inert } from '../format';
import { CommandIDs, DOMAIN, IKitModel } from '../tokens';
import { actionsOf } from './actions';
import { ask } from './ask';
import { given, takes } from './row';

/** Registries: their names here, and who is signed in. */
export const registries: JupyterFrontEndPlugin<void> = {
  id: 'kitops-jupyter:registries',
  description: 'Adds and removes registries, signs in and out.',
  autoStart: true,
  requires: [IKitModel],
  optional: [ITranslator],
  activate: (app: JupyterFrontEnd, model: IKitModel, translator: ITranslator | null) => {
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    const options = { app, model, translator: translator ?? nullTranslator, notebooks: null, documents: null };
    const actions = actionsOf(options);
    const find = (name: string): IKitModel['registries'][number] | undefined =>
      model.registries.find(each => each.name === name);
    app.commands.addCommand(CommandIDs.addRegistry, {
      label: trans.__('Add a Registry…'),
      caption: trans.__('Name a registry to show it in the panel'),
      icon: addIcon,
      describedBy: takes(),
      execute: () => ask(trans.__('Add a registry'), ({ RegistryForm }) => new RegistryForm(actions), trans.__('Add'))
    });
    app.commands.addCommand(CommandIDs.editRegistry, {
      label: trans.__('Edit…'),
      caption: trans.__('Change where a registry is, and how it is reached'),
      describedBy: takes('registry'),
      isVisible: args => find(given(app, 'registry', args.registry)) !== undefined,
      execute: args => {
        const row = find(given(app, 'registry', args.registry));
        const title = trans.__('Edit %1', inert(row?.name ?? '', 60));
        return row && ask(title, ({ RegistryForm }) => new RegistryForm(actions, row), trans.__('Save'));
      }
    });
    app.commands.addCommand(CommandIDs.signIn, {
      label: trans.__('Sign In to a Registry…'),
      describedBy: takes('registry'),
      execute: args => {
        const registry = args.isAsked ? '' : given(app, 'registry', args.registry);
        const title = registry ? trans.__('Sign in to %1', inert(registry, 60)) : trans.__('Sign in to a registry');
        return ask(title, ({ SignInForm }) => new SignInForm(actions, registry), trans.__('Sign in'));
      }
    });
    app.commands.addCommand(CommandIDs.signOut, {
      label: trans.__('Sign Out'),
      describedBy: takes('registry'),
      isVisible: args => Boolean(find(given(app, 'registry', args.registry))?.signed_in_as),
      execute: args => model.logout(given(app, 'registry', args.registry))
    });
    app.commands.addCommand(CommandIDs.removeRegistry, {
      label: trans.__('Remove from the Panel…'),
      describedBy: takes('registry'),
      isVisible: args => Boolean(find(given(app, 'registry', args.registry))?.is_named),
      execute: async args => {
        const name = given(app, 'registry', args.registry);
        const { button } = await showDialog({
          title: trans.__('Remove %1 from the panel?', inert(name, 60)),
          body: trans.__('This only removes its name here. Nothing in the registry changes.'),
          buttons: [
            Dialog.cancelButton({ label: trans.__('Cancel') }),
            Dialog.warnButton({ label: trans.__('Remove') })
          ]
        });
        if (button.accept) {
          await model.removeRegistry(name);
        }
      }
    });
  }
};
