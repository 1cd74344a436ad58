import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IToolbarWidgetRegistry } from '@jupyterlab/apputils';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { Debouncer } from '@lumino/polling';

import { SnapshotButton } from '../components/toolbar';
import { CommandIDs, DOMAIN, IKitModel } from '../tokens';

/** Cells run one after the other: the server is asked when they rest. */
const SETTLE_MS = 300;

/**
 * The Snapshot button of the notebooks' toolbars; and what is known of the open notebooks' last packs is kept fresh, for
 * any cell, terminal or other page may pack.
 */
export const notebook: JupyterFrontEndPlugin<void> = {
  id: 'kitops-jupyter:notebook',
  description: 'Puts a Snapshot button into the toolbar of notebooks, and tells whether they changed since.',
  autoStart: true,
  requires: [IKitModel],
  optional: [INotebookTracker, IToolbarWidgetRegistry, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    model: IKitModel,
    notebooks: INotebookTracker | null,
    toolbars: IToolbarWidgetRegistry | null,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    toolbars?.addFactory<NotebookPanel>('Notebook', 'kitops-snapshot', panel => {
      const snap = (): void => void app.commands.execute(CommandIDs.snapshot, { path: panel.context.path });
      return new SnapshotButton(panel, model.snapshots, trans, snap);
    });
    const look = ({ context }: NotebookPanel): void => {
      if (model.server === 'ready') {
        void model.snapshots.look(context.localPath);
      }
    };
    notebooks?.widgetAdded.connect((_, panel) => {
      const again = new Debouncer(() => look(panel), SETTLE_MS);
      const ask = (): void => void again.invoke().catch(() => undefined);
      panel.context.fileChanged.connect(ask);
      panel.context.pathChanged.connect(ask);
      panel.sessionContext.statusChanged.connect((__, status) => status === 'idle' && ask());
      panel.disposed.connect(() => again.dispose());
      ask();
    });
    let { local } = model;
    model.changed.connect(() => {
      if (model.local !== local) {
        ({ local } = model);
        notebooks?.forEach(look);
      }
    });
  }
};
