import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ILayoutRestorer } from '@jupyterlab/application';
import { InputDialog, WidgetTracker } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import type { CompareTab } from '../components/compare';
import { kitIcon } from '../icons';
import { repositoryOf } from '../model';
import { CommandIDs, IKitModel } from '../tokens';
import { actionsOf } from './actions';
import { addTab, given, takes } from './row';

/** The tags of a repository side by side, as a tab of the main area; it is there again after a reload. */
export const compare: JupyterFrontEndPlugin<void> = {
  id: 'kitops-jupyter:compare',
  description: 'Compares the tags of a repository by their metrics and parameters.',
  autoStart: true,
  requires: [IKitModel],
  optional: [ITranslator, ILayoutRestorer, INotebookTracker],
  activate: (
    app: JupyterFrontEnd,
    model: IKitModel,
    translator: ITranslator | null,
    restorer: ILayoutRestorer | null,
    notebooks: INotebookTracker | null
  ) => {
    const tracker = new WidgetTracker<CompareTab>({ namespace: 'kitops-compare' });
    const actions = actionsOf({ app, model, translator: translator ?? nullTranslator, notebooks, documents: null });
    const { trans } = actions;
    app.commands.addCommand(CommandIDs.compareTags, {
      label: trans.__('Compare Tags'),
      caption: trans.__('Show the tags of a repository side by side, with their metrics and parameters'),
      icon: kitIcon,
      describedBy: takes('repository'),
      execute: async args => {
        const isAsked = args.isAsked === true;
        const repository = (isAsked ? '' : given(app, 'repository', args.repository)) || (await asked(model, trans));
        if (!repository) {
          return;
        }
        const { CompareTab } = await import(/* webpackChunkName: "compare" */ '../components/compare');
        let tab = tracker.find(each => each.repository === repository);
        if (!tab) {
          tab = new CompareTab(repository, actions);
          await tracker.add(tab);
        }
        addTab(app, tab);
      }
    });
    void restorer?.restore(tracker, {
      command: CommandIDs.compareTags,
      args: ({ repository }) => ({ repository }),
      name: ({ id }) => id
    });
    model.jobs.moved.connect((_, { job, was }) => {
      if (job.state === 'done' && was !== 'done') {
        const moved = [job.reference, job.destination].map(repositoryOf);
        tracker.forEach(tab => moved.includes(tab.repository) && void tab.content.state.restart());
      }
    });
  }
};

/** The repository that somebody names; empty when they give up. */
async function asked(model: IKitModel, trans: ReturnType<typeof actionsOf>['trans']): Promise<string> {
  const items = model.local?.repositories.map(({ name }) => name) ?? [];
  const title = trans.__('Compare the Tags of a Repository');
  const { value } = await InputDialog.getItem({ title, items, editable: true, okLabel: trans.__('Compare') });
  return repositoryOf((value ?? '').trim());
}
