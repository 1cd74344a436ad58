import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Clipboard, Notification } from '@jupyterlab/apputils';
import type { Notebook, NotebookPanel } from '@jupyterlab/notebook';
import { INotebookTracker, NotebookActions } from '@jupyterlab/notebook';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { copyIcon } from '@jupyterlab/ui-components';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import type { LineData } from '../lines';
import { cellsOf, isSaid, kitLine, noLine, written } from '../lines';
import { CommandIDs, DOMAIN, IKitModel } from '../tokens';
import { placeOf } from './place';
import { given } from './row';

type Args = ReadonlyPartialJSONObject;

/** JupyterLab's own. */
const NEW_NOTEBOOK = 'notebook:create-new';

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
        if (text) {
          insert(notebook, text);
        }
      }
    });
    app.commands.addCommand(CommandIDs.load, {
      label: trans.__('Load into a Notebook'),
      caption: trans.__('Put a cell into the notebook at hand, or a new one, that loads the variables of a kit'),
      describedBy: {
        args: {
          type: 'object',
          properties: { reference: { type: 'string' }, remote: { type: 'boolean' }, names: { type: 'array' } }
        }
      },
      isEnabled: () => notebooks !== null,
      isVisible: () => false,
      execute: async args => {
        const names = ((args.names ?? []) as string[]).map(String);
        const words = ['load', String(args.reference ?? ''), ...names, ...(args.remote === true ? ['--remote'] : [])];
        const text = write({ line: kitLine(...words) as unknown as Args });
        const panel = text ? (notebooks?.currentWidget ?? (await newNotebook(app))) : null;
        if (panel) {
          app.shell.activateById(panel.id);
          insert(panel.content, text);
        }
      }
    });
  }
};

/** Put a line below the active cell, with what it needs above it; an empty cell is taken as it is. */
function insert(notebook: Notebook, text: string): void {
  const above = notebook.widgets.slice(0, notebook.activeCellIndex + 1).map(({ model }) => model);
  const sources = above.filter(({ type }) => type === 'code').map(({ sharedModel }) => sharedModel.getSource());
  for (const source of cellsOf(text, sources)) {
    const { model } = notebook.activeCell ?? {};
    if (model?.type !== 'code' || model.sharedModel.getSource().trim()) {
      NotebookActions.insertBelow(notebook);
    }
    notebook.activeCell?.model.sharedModel.setSource(source);
  }
  notebook.activate();
}

/** A new notebook with a kernel that knows %kit, if there is one. */
async function newNotebook(app: JupyterFrontEnd): Promise<NotebookPanel | null> {
  const { specs } = app.serviceManager.kernelspecs;
  const names = [specs?.default ?? '', ...Object.keys(specs?.kernelspecs ?? {})];
  const kernelName = names.find(name => specs?.kernelspecs[name]?.language.toLowerCase() === 'python');
  const made = (await app.commands.execute(NEW_NOTEBOOK, kernelName ? { kernelName } : {})) as NotebookPanel | null;
  await made?.context.ready;
  await made?.revealed;
  return made;
}
