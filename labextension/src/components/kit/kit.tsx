import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { JSX } from 'react';
import { Suspense } from 'react';

import type { IActions } from '../shared/actions';
import { Failure, Waiting } from '../shared/notes';
import { useSignals } from '../shared/signal';
import { Contents } from './contents';
import { Header } from './header';
import { History } from './history';
import { Diff, KitfileView, Notebook, Overview } from './late';
import type { KitState, Tab } from './state';
import { Tabs } from './tabs';

interface IKitProps {
  state: KitState;
  actions: IActions;
  rendermime: IRenderMimeRegistry | null;
  openMenu: ((button: HTMLElement) => void) | null;
}

/** A kit: its header, and one of its views of it. */
export function Kit({ state, actions, rendermime, openMenu }: IKitProps): JSX.Element {
  useSignals(state.changed, state.model.changed, state.model.jobs.changed);
  const { trans } = actions;
  const { kit } = state;
  const tabs = [
    ['overview', trans.__('Overview')],
    ['contents', trans.__('Contents')],
    ['kitfile', trans.__('Kitfile')],
    ['notebook', trans.__('Notebook')],
    ['diff', trans.__('Diff')],
    ['history', trans.__('History')]
  ] as const;
  const views: { [tab in Tab]: () => JSX.Element } = {
    overview: () => <Overview state={state} actions={actions} rendermime={rendermime} />,
    contents: () => <Contents state={state} actions={actions} rendermime={rendermime} />,
    kitfile: () => <KitfileView state={state} actions={actions} />,
    notebook: () => <Notebook state={state} actions={actions} rendermime={rendermime} />,
    diff: () => <Diff state={state} actions={actions} />,
    history: () => <History state={state} actions={actions} />
  };
  return (
    <>
      <Header state={state} actions={actions} openMenu={openMenu} />
      {kit.error && <Failure error={kit.error} actions={actions} retry={() => void kit.reload()} />}
      {kit.isLoading && !kit.value && <Waiting>{trans.__('Reading the kit…')}</Waiting>}
      {kit.value && (
        <Tabs
          tabs={tabs}
          current={state.tab}
          label={trans.__('Views of the kit')}
          onTab={tab => {
            state.tab = tab;
          }}
        >
          <Suspense fallback={<Waiting>{trans.__('Reading the kit…')}</Waiting>}>{views[state.tab]()}</Suspense>
        </Tabs>
      )}
    </>
  );
}
