import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Clipboard, Notification } from '@jupyterlab/apputils';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import { FileDialog } from '@jupyterlab/filebrowser';
import type { INotebookTracker } from '@jupyterlab/notebook';
import type { ITranslator } from '@jupyterlab/translation';

import type { IActions } from '../components/shared/actions';
import { written } from '../lines';
import { CommandIDs, DOMAIN } from '../tokens';
import type { IKitModel } from '../tokens';
import { placeOf } from './place';

interface IActionsOptions {
  app: JupyterFrontEnd;
  model: IKitModel;
  translator: ITranslator;
  notebooks: INotebookTracker | null;
  documents: IDocumentManager | null;
}

/** What the kit tab and the dialogs can do, with what this application has. */
export function actionsOf({ app, model, translator, notebooks, documents }: IActionsOptions): IActions {
  const trans = translator.load(DOMAIN);
  const { commands } = app;
  return {
    model,
    trans,
    write: line => written(line, placeOf(app, model, notebooks)),
    moved: notebooks?.currentChanged ?? null,
    copy: text => {
      Clipboard.copyToSystem(text);
      Notification.success(trans.__('Copied'), { autoClose: 1500 });
    },
    insert: notebooks
      ? line => {
          if (commands.isEnabled(CommandIDs.insertLine, { line })) {
            void commands.execute(CommandIDs.insertLine, { line });
          } else {
            Notification.info(trans.__('No open notebook to insert it into'), { autoClose: 4000 });
          }
        }
      : null,
    chooseFolder: documents
      ? async from => {
          const title = trans.__('Choose a Folder');
          const chosen = await FileDialog.getExistingDirectory({
            manager: documents,
            title,
            translator,
            defaultPath: from
          });
          return chosen.button.accept ? (chosen.value?.[0]?.path ?? '') : null;
        }
      : null,
    run: (command, args) =>
      commands.hasCommand(command) ? commands.execute(command, args) : Promise.resolve(undefined)
  };
}
