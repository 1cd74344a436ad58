import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ILayoutRestorer } from '@jupyterlab/application';
import { WidgetTracker } from '@jupyterlab/apputils';
import { IEditorLanguageRegistry } from '@jupyterlab/codemirror';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { INotebookTracker } from '@jupyterlab/notebook';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import { Menu } from '@lumino/widgets';

import type { KitTab } from '../components/kit';
import { kitIcon } from '../icons';
import { CommandIDs, DOMAIN, IKitModel } from '../tokens';
import { actionsOf } from './actions';
import { addTab, given } from './row';

/** Commands after which a tag may name something else. */
const MOVING: ReadonlySet<string> = new Set([CommandIDs.tag, CommandIDs.promote, CommandIDs.remove]);

/** A kit as a tab of the main area; it is there again after a reload. */
export const kitTab: JupyterFrontEndPlugin<void> = {
  id: 'kitops-jupyter:kit-tab',
  description: 'Shows what a kit holds, and pulls the ticked parts of it.',
  autoStart: true,
  requires: [IKitModel],
  optional: [
    ITranslator,
    ILayoutRestorer,
    IRenderMimeRegistry,
    INotebookTracker,
    IDocumentManager,
    IDefaultFileBrowser,
    IEditorLanguageRegistry
  ],
  activate: (
    app: JupyterFrontEnd,
    model: IKitModel,
    translator: ITranslator | null,
    restorer: ILayoutRestorer | null,
    rendermime: IRenderMimeRegistry | null,
    notebooks: INotebookTracker | null,
    documents: IDocumentManager | null,
    browser: IDefaultFileBrowser | null,
    languages: IEditorLanguageRegistry | null
  ) => {
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    const tracker = new WidgetTracker<KitTab>({ namespace: 'kitops-kit' });
    const made = { app, model, translator: translator ?? nullTranslator, notebooks, documents };
    const actions = { ...actionsOf(made), languages };
    const folder = (): string => app.serviceManager.contents.localPath(browser?.model.path ?? '');
    const openMenu = (button: HTMLElement, reference: string): void => openMore(app.commands, button, reference);
    app.commands.addCommand(CommandIDs.openKit, {
      label: trans.__('Open the Kit'),
      caption: trans.__('Show what a kit contains'),
      icon: kitIcon,
      describedBy: {
        args: {
          type: 'object',
          properties: { reference: { type: 'string' }, remote: { type: 'boolean' }, other: { type: 'string' } }
        }
      },
      execute: async args => {
        const reference = given(app, 'reference', args.reference);
        const isRemote = args.remote === true;
        if (!reference) {
          return;
        }
        // Fetched when the first kit is opened, not with JupyterLab itself.
        const kit = await import(/* webpackChunkName: "kit" */ '../components/kit');
        let tab = tracker.find(each => each.reference === reference && each.isRemote === isRemote);
        if (!tab) {
          tab = new kit.KitTab({ reference, isRemote, folder, actions, rendermime, openMenu });
          await tracker.add(tab);
        }
        if (typeof args.other === 'string' && args.other) {
          tab.content.state.comparison.compare(args.other);
          tab.content.state.tab = 'diff';
        }
        addTab(app, tab);
      }
    });
    void restorer?.restore(tracker, {
      command: CommandIDs.openKit,
      args: ({ reference, isRemote }) => ({ reference, remote: isRemote }),
      name: ({ id }) => id
    });
    const look = (): void => tracker.forEach(({ content: { state } }) => state.moved());
    app.commands.commandExecuted.connect((_, { id, result }) => {
      if (MOVING.has(id)) {
        void result.then(look, () => undefined);
      }
    });
    model.jobs.moved.connect((_, { job, was }) => {
      if (job.state === 'done' && was !== 'done') {
        look();
      }
    });
  }
};

/** What else there is to do with a kit, below the button. */
function openMore(commands: CommandRegistry, button: HTMLElement, reference: string): void {
  const menu = new Menu({ commands });
  const { pull, push, copyKit, tag, indexFiles, remove } = CommandIDs;
  for (const command of [pull, push, copyKit, tag, indexFiles, remove]) {
    if (commands.hasCommand(command)) {
      menu.addItem({ command, args: command === indexFiles ? { reference, remote: false } : { reference } });
    }
  }
  menu.aboutToClose.connect(() => requestAnimationFrame(() => menu.dispose()));
  const { left, bottom } = button.getBoundingClientRect();
  menu.open(left, bottom);
}
