import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { HTMLSelect } from '@jupyterlab/ui-components';
import type { JSX } from 'react';
import { useCallback, useId } from 'react';

import type { KitError } from '../../client';
import { inert, size } from '../../format';
import type { NotebookView as Wire } from '../../wire';
import type { IActions } from '../shared/actions';
import { Failure, Waiting } from '../shared/notes';
import { Fetch } from './fetch';
import { Hosted } from './hosted';
import { NotebookView } from './notebookview';
import type { KitState } from './state';

interface INotebookProps {
  state: KitState;
  actions: IActions;
  rendermime: IRenderMimeRegistry | null;
}

/** The kit's notebooks, one of them to read. */
export function Notebook({ state, actions, rendermime }: INotebookProps): JSX.Element {
  const { trans } = actions;
  const { notebooks } = state;
  const { view, places, shown } = notebooks;
  const id = useId();
  return (
    <div className="kitops-Notebooks">
      {places.length > 0 && (
        <div className="kitops-Notebooks-choice">
          <label htmlFor={id}>{trans.__('Notebook')}</label>
          <HTMLSelect
            id={id}
            value={shown ? places.findIndex(each => each.key === shown.key && each.path === shown.path) : -1}
            onChange={event => notebooks.show(places[Number(event.target.value)])}
          >
            {places.map((place, index) => (
              <option key={index} value={index}>
                {inert(place.path, 160)}
              </option>
            ))}
          </HTMLSelect>
          <span className="kitops-Quiet">
            {view.value && `${size(view.value.size_bytes)} · `}
            {trans.__('read only: not trusted, and nothing runs')}
          </span>
        </div>
      )}
      {notebooks.isPartial && (
        <p className="kitops-Notice">
          {trans.__('There may be more notebooks in deeper folders: open them from Contents.')}
        </p>
      )}
      {notebooks.isLooking && <Waiting>{trans.__('Looking for notebooks…')}</Waiting>}
      {notebooks.error && !places.length && <Failure error={notebooks.error} actions={actions} />}
      {!notebooks.isLooking && !places.length && !notebooks.error && (
        <p className="kitops-Empty">{trans.__('No notebook was found in this kit.')}</p>
      )}
      {view.isLoading && <Waiting>{trans.__('Reading the notebook…')}</Waiting>}
      {view.error && <Unread state={state} error={view.error} actions={actions} />}
      {view.value && rendermime && !view.isLoading && (
        <Rendered view={view.value} rendermime={rendermime} actions={actions} />
      )}
    </div>
  );
}

/** Why a notebook is not shown; to ask again helps against a bad connection, not against a large notebook. */
function Unread({ state, error, actions }: { state: KitState; error: KitError; actions: IActions }): JSX.Element {
  const { view, shown } = state.notebooks;
  return error.code === 'usage' && shown ? (
    <>
      <Failure error={error} actions={actions} />
      <Fetch {...{ state, actions }} place={shown} />
    </>
  ) : (
    <Failure error={error} actions={actions} retry={() => void view.reload()} />
  );
}

function Rendered({ view, rendermime, actions: { trans } }: IRenderedProps): JSX.Element {
  const make = useCallback(() => new NotebookView(view.notebook, rendermime, trans), [view, rendermime, trans]);
  return <Hosted make={make} className="kitops-Notebooks-view" label={inert(view.path, 200)} />;
}

interface IRenderedProps {
  view: Wire;
  rendermime: IRenderMimeRegistry;
  actions: IActions;
}
