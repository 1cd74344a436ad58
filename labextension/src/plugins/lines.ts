import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Clipboard, Notification } from '@jupyterlab/apputils';
import { INotebookTracker, NotebookActions } from '@jupyterlab/notebook';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { copyIcon } from '@jupyterlab/ui-components';

import { isOffered } from '../lines';
import { CommandIDs, DOMAIN } from '../tokens';
import { given, takes } from './row';

/** The %kit line of whatever the panel shows: to copy, and into the notebook at hand. */
export const lines: JupyterFrontEndPlugin<void> = {
  id: 'kitops-jupyter:lines',
  description: 'Copies the %kit line that does what the panel does, or puts it into a notebook.',
  autoStart: true,
  optional: [ITranslator, INotebookTracker],
  activate: (app: JupyterFrontEnd, translator: ITranslator | null, notebooks: INotebookTracker | null) => {
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    app.commands.addCommand(CommandIDs.copyLine, {
      label: trans.__('Copy the %kit Line'),
      icon: copyIcon,
      describedBy: takes('line'),
      isEnabled: args => given(app, 'line', args.line) !== '',
      execute: args => {
        const line = given(app, 'line', args.line);
        Clipboard.copyToSystem(line);
        Notification.success(trans.__('Copied: %1', line), { autoClose: 2000 });
      }
    });
    app.commands.addCommand(CommandIDs.insertLine, {
      label: trans.__('Insert the %kit Line into the Notebook'),
      describedBy: takes('line'),
      isEnabled: args => Boolean(notebooks?.currentWidget) && isOffered(given(app, 'line', args.line)),
      execute: args => {
        const notebook = notebooks?.currentWidget?.content;
        const line = given(app, 'line', args.line);
        if (notebook && isOffered(line)) {
          NotebookActions.insertBelow(notebook);
          notebook.activeCell?.model.sharedModel.setSource(line);
          notebook.activate();
        }
      }
    });
  }
};
