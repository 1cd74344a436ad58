import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Clipboard, Notification } from '@jupyterlab/apputils';
import { INotebookTracker, NotebookActions } from '@jupyterlab/notebook';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { copyIcon } from '@jupyterlab/ui-components';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import type { LineData } from '../lines';
import { cellsOf, isSaid, noLine, written } from '../lines';
import { CommandIDs, DOMAIN, IKitModel } from '../tokens';
import { placeOf } from './place';
import { given } from './row';

type Args = ReadonlyPartialJSONObject;

const TAKES = { args: { type: 'object', properties: { line: { type: 'object' } } } } as const;

/** The %kit line of whatever the panel shows: to copy, and into the notebook at hand. */
export const lines: JupyterFrontEndPlugin<void> = {
  id: 'kitops-jupyter:lines',
  description: 'Copies the %kit line that does what the panel does, or puts it into a notebook.',
  autoStart: true,
  optional: [ITranslator, INotebookTracker, IKitModel],
  activate: (
    app: JupyterFrontEnd,
    translator: ITranslator | null,
    notebooks: INotebookTracker | null,
    model: IKitModel | null
  ) => {
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    const lineOf = (args: Args): LineData | null => {
      const line = (args.line ?? JSON.parse(given(app, 'line', '') || 'null')) as LineData | null;
      return line && isSaid(line) ? line : null;
    };
    const write = (args: Args): string => {
      const line = lineOf(args);
      const text = line && written(line, placeOf(app, model, notebooks));
      if (!text) {
        Notification.warning(noLine(trans), { autoClose: 5000 });
      }
      return text ?? '';
    };
    app.commands.addCommand(CommandIDs.copyLine, {
      label: trans.__('Copy the %kit Line'),
      icon: copyIcon,
      describedBy: TAKES,
      isEnabled: args => lineOf(args) !== null,
      execute: args => {
        const text = write(args);
        if (text) {
          Clipboard.copyToSystem(text);
          Notification.success(trans.__('Copied: %1', text), { autoClose: 2000 });
        }
      }
    });
    app.commands.addCommand(CommandIDs.insertLine, {
      label: trans.__('Insert the %kit Line into the Notebook'),
      describedBy: TAKES,
      isEnabled: args => Boolean(notebooks?.currentWidget) && lineOf(args) !== null,
      execute: args => {
        const notebook = notebooks?.currentWidget?.content;
        const text = notebook && write(args);
        if (!text) {
          return;
        }
        const above = notebook.widgets.slice(0, notebook.activeCellIndex + 1).map(({ model }) => model);
        const sources = above.filter(({ type }) => type === 'code').map(({ sharedModel }) => sharedModel.getSource());
        for (const source of cellsOf(text, sources)) {
          NotebookActions.insertBelow(notebook);
          notebook.activeCell?.model.sharedModel.setSource(source);
        }
        notebook.activate();
      }
    });
  }
};
