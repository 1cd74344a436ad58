import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Dialog, Notification, showDialog, showErrorMessage } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { KitError } from '../client';
import type { IActions } from '../components/shared/actions';
import type { Form } from '../components/shared/form';
import { wayOf } from '../components/shared/ways';
import { size } from '../format';
import { kitIcon, pushIcon } from '../icons';
import type { INamedKit } from '../model';
import { CommandIDs, IKitModel } from '../tokens';
import type { Freed } from '../wire';
import { actionsOf } from './actions';
import type { Dialogs } from './ask';
import { ask, load } from './ask';
import { given, takes } from './row';

type Args = ReadonlyPartialJSONObject;

/** The dialogs that pack, push, tag, promote and remove; each says what it will do before it does it. */
export const dialogs: JupyterFrontEndPlugin<void> = {
  id: 'kitops-jupyter:dialogs',
  description: 'Packs, pushes, tags, promotes and removes kits.',
  autoStart: true,
  requires: [IKitModel],
  optional: [ITranslator, INotebookTracker, IDocumentManager, IDefaultFileBrowser],
  activate: (
    app: JupyterFrontEnd,
    model: IKitModel,
    translator: ITranslator | null,
    notebooks: INotebookTracker | null,
    documents: IDocumentManager | null,
    files: IDefaultFileBrowser | null
  ) => {
    const actions = actionsOf({ app, model, translator: translator ?? nullTranslator, notebooks, documents });
    const at: IPlaces = { app, actions, notebooks, documents, files };
    addPacking(at);
    addNaming(at);
    addRemoving(at);
    addValidating(at);
  }
};

interface IPlaces {
  app: JupyterFrontEnd;
  actions: IActions;
  notebooks: INotebookTracker | null;
  documents: IDocumentManager | null;
  files: IDefaultFileBrowser | null;
}

function addPacking({ app, actions, notebooks, documents, files }: IPlaces): void {
  const { model, trans } = actions;
  const local = (path: string): string => app.serviceManager.contents.localPath(path);
  const save = async (path: string): Promise<boolean> => {
    const widget = documents?.findWidget(path);
    const context = widget && documents?.contextForWidget(widget);
    if (context?.model.dirty && !context.model.readOnly) {
      await context.save();
      return true;
    }
    return false;
  };
  const pack = (title: string, directory: string, notebook: string): Promise<unknown> => {
    const open = notebook ? notebooks?.find(({ context }) => context.localPath === notebook) : null;
    const session = open?.sessionContext ?? null;
    const options = { directory, notebook, session, save: () => (notebook ? save(notebook) : Promise.resolve(false)) };
    return ask(title, ({ PackForm }) => new PackForm(actions, options), trans.__('Pack'));
  };
  app.commands.addCommand(CommandIDs.pack, {
    label: trans.__('Pack as ModelKit…'),
    caption: trans.__('Pack a folder into a kit'),
    icon: kitIcon,
    describedBy: takes('path'),
    execute: args => {
      const path = typeof args.path === 'string' ? args.path : folderOf(files, args.isAsked === true);
      const isKitfile = /^\.?kitfile$/i.test(PathExt.basename(path));
      return pack(trans.__('Pack as ModelKit'), local(isKitfile ? PathExt.dirname(path) : path), '');
    }
  });
  app.commands.addCommand(CommandIDs.snapshot, {
    label: trans.__('Snapshot into a ModelKit…'),
    caption: trans.__('Save the notebook and pack it with its folder'),
    icon: kitIcon,
    describedBy: takes('path'),
    isEnabled: args => notebookOf(args, files, notebooks) !== '',
    execute: async args => {
      const notebook = local(notebookOf(args, files, notebooks));
      await model.snapshots.look(notebook);
      return pack(trans.__('Snapshot into a ModelKit'), PathExt.dirname(notebook), notebook);
    }
  });
}

function addNaming({ app, actions }: IPlaces): void {
  const { model, trans } = actions;
  app.commands.addCommand(CommandIDs.push, {
    label: trans.__('Push…'),
    icon: pushIcon,
    describedBy: takes('reference'),
    execute: args => {
      const reference = given(app, 'reference', args.reference);
      return reference
        ? ask(trans.__('Push'), ({ PushForm }) => new PushForm(about(actions, reference), reference), trans.__('Push'))
        : undefined;
    }
  });
  app.commands.addCommand(CommandIDs.copyKit, {
    label: trans.__('Copy to Another Registry…'),
    describedBy: takes('reference'),
    execute: args => {
      const reference = given(app, 'reference', args.reference);
      return reference
        ? ask(
            trans.__('Copy to another registry'),
            ({ CopyForm }) => new CopyForm(about(actions, reference), reference),
            trans.__('Copy')
          )
        : undefined;
    }
  });
  app.commands.addCommand(CommandIDs.tag, {
    label: trans.__('Tag…'),
    caption: trans.__('Give the kit another name'),
    describedBy: takes('reference'),
    execute: args => {
      const reference = given(app, 'reference', args.reference);
      return reference
        ? ask(trans.__('Tag'), ({ TagForm }) => new TagForm(about(actions, reference), reference), trans.__('Tag'))
        : undefined;
    }
  });
  app.commands.addCommand(CommandIDs.promote, {
    label: trans.__('Promote…'),
    caption: trans.__('Move the kit to a lifecycle stage'),
    describedBy: {
      args: {
        type: 'object',
        properties: { reference: { type: 'string' }, to: { type: 'string' }, undo: { type: 'boolean' } }
      }
    },
    execute: async args => {
      const reference = given(app, 'reference', args.reference);
      const to = typeof args.to === 'string' ? args.to : '';
      const isUndo = args.undo === true;
      if (!reference) {
        return;
      }
      if (to && !model.preferences.confirm) {
        await told(about(actions, reference), () => model.promote(reference, to, isUndo));
        return;
      }
      const title = isUndo ? trans.__('Undo a Promotion') : trans.__('Promote');
      const accept = isUndo ? trans.__('Undo') : trans.__('Promote');
      await ask(title, ({ PromoteForm }) => new PromoteForm(about(actions, reference), reference, to, isUndo), accept);
    }
  });
}

function addRemoving({ app, actions }: IPlaces): void {
  const { model, trans } = actions;
  app.commands.addCommand(CommandIDs.remove, {
    label: trans.__('Remove…'),
    describedBy: {
      args: {
        type: 'object',
        properties: { reference: { type: 'string' }, remote: { type: 'boolean' }, kits: { type: 'array' } }
      }
    },
    execute: async args => {
      const kits = (args.kits as unknown as readonly INamedKit[] | undefined) ?? [];
      const reference = kits.length ? '' : given(app, 'reference', args.reference);
      const isRemote = typeof args.remote === 'boolean' ? args.remote : isElsewhere(app, actions, args, reference);
      const all = reference ? [{ reference, isRemote }] : kits;
      if (!all.length) {
        return;
      }
      if (!model.preferences.confirm && all.length === 1) {
        await told(about(actions, all[0].reference), () => model.remove(all, false));
        return;
      }
      const make = ({ RemoveForm }: Dialogs): Form<unknown> =>
        new RemoveForm(about(actions, ...all.map(each => each.reference)), all);
      await ask(trans.__('Remove'), make, trans.__('Remove'), true);
    }
  });
  app.commands.addCommand(CommandIDs.cleanUp, {
    label: trans.__('Disk Use and Clean-up…'),
    caption: trans.__('Show what the local store takes, and remove what nothing names'),
    describedBy: takes(),
    execute: async () => {
      const make = ({ CleanUpForm }: Dialogs): Form<Freed> => new CleanUpForm(actions);
      const freed = await ask(trans.__('Disk use and clean-up'), make, trans.__('Remove'), true);
      if (freed) {
        Notification.success(trans.__('Freed %1', size(freed.freed_bytes)), { autoClose: 5000 });
      }
    }
  });
}

function addValidating({ app, actions, files }: IPlaces): void {
  const { model, trans } = actions;
  app.commands.addCommand(CommandIDs.validate, {
    label: trans.__('Validate Kitfile'),
    describedBy: takes('path'),
    execute: async args => {
      const path = typeof args.path === 'string' ? args.path : selected(files);
      if (!path) {
        return;
      }
      try {
        const file = await app.serviceManager.contents.get(path, { type: 'file', format: 'text', content: true });
        const text = String(file.content);
        const { Verdict } = await load();
        const body = new Verdict(actions, path, text, await model.validate(text));
        const buttons = [Dialog.okButton({ label: trans.__('Close') })];
        await showDialog({ title: trans.__('Kitfile'), body, buttons });
      } catch (reason) {
        await showErrorMessage(trans.__('The Kitfile could not be read'), KitError.from(reason).message);
      }
    }
  });
}

/** Do it without a question, and report how it went. */
async function told({ about: kits, model, run, trans }: IActions, act: () => Promise<{ text: string }>): Promise<void> {
  try {
    const { text } = await act();
    Notification.success(text || trans.__('Done'), { autoClose: 5000 });
  } catch (reason) {
    const { code, message, hint } = KitError.from(reason);
    const way = wayOf(code, { kits, registries: model.registries }, trans);
    const actions = way ? [{ label: way.label, callback: () => void run(way.command, way.args) }] : [];
    Notification.error([message, way?.hint ?? hint].filter(Boolean).join('\n'), { actions });
  }
}

/** Whether the kit that is meant is in a registry: the row says so, or else that the store has none of this name. */
function isElsewhere(app: JupyterFrontEnd, { model }: IActions, args: Args, reference: string): boolean {
  if (!args.reference) {
    return given(app, 'registry', undefined) !== '';
  }
  const local = model.local?.repositories.flatMap(({ tags }) => tags) ?? [];
  return !local.some(each => each.reference === reference);
}

/** The same, for a dialog about some kits. */
const about = (actions: IActions, ...kits: readonly string[]): IActions => ({ ...actions, about: kits });

const selected = (files: IDefaultFileBrowser | null): string =>
  [...(files?.selectedItems() ?? [])].map(({ path }) => path).shift() ?? '';

/** The folder that is selected in the file browser, or the one that it shows. */
function folderOf(files: IDefaultFileBrowser | null, isAsked: boolean): string {
  const item = isAsked ? undefined : [...(files?.selectedItems() ?? [])].shift();
  if (!item) {
    return files?.model.path ?? '';
  }
  return item.type === 'directory' ? item.path : PathExt.dirname(item.path);
}

/** The notebook that was named, or selected in the file browser, or is at hand. */
function notebookOf(args: Args, files: IDefaultFileBrowser | null, notebooks: INotebookTracker | null): string {
  if (typeof args.path === 'string' && args.path) {
    return args.path;
  }
  const open = notebooks?.currentWidget?.context.localPath ?? '';
  const item = selected(files);
  return args.isAsked === true || !item.toLowerCase().endsWith('.ipynb') ? open : item;
}
