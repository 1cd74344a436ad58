import { PathExt } from '@jupyterlab/coreutils';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { notebookIcon } from '@jupyterlab/ui-components';
import type { JSX } from 'react';
import { useEffect, useReducer } from 'react';

import { age, inert, moment, shortName } from '../../format';
import type { Snapshots } from '../../model';
import { hasChanged } from '../../model';
import type { Snapshot } from '../../wire';
import { CommandIDs } from '../../tokens';
import { LinkButton, TextButton } from '../shared/parts';
import { useSignals } from '../shared/signal';
import { Section } from './section';
import type { Run } from './types';

export interface INotebookProps {
  notebooks: INotebookTracker;
  snapshots: Snapshots;
  trans: TranslationBundle;
  run: Run;
  isOpen: boolean;
  onToggle: () => void;
}

/** The notebook at hand: whether it is packed as it is, and the button that packs it. */
export function ThisNotebook({
  notebooks,
  snapshots,
  trans,
  run,
  isOpen,
  onToggle
}: INotebookProps): JSX.Element | null {
  useSignals(notebooks.currentChanged, snapshots.changed);
  const panel = notebooks.currentWidget;
  useContext(panel);
  if (!panel) {
    return null;
  }
  const path = panel.context.localPath;
  const last = snapshots.last(path);
  return (
    <Section title={trans.__('This notebook')} {...{ isOpen, onToggle }}>
      <div className="kitops-Notebook">
        <notebookIcon.react tag="span" className="kitops-Row-mark" />
        <bdi className="kitops-Notebook-name" title={inert(path)}>
          {inert(PathExt.basename(path))}
        </bdi>
        <TextButton
          title={trans.__('Save this notebook and pack it with its folder')}
          onClick={() => run(CommandIDs.snapshot, { path })}
        >
          {trans.__('Snapshot…')}
        </TextButton>
      </div>
      {last ? <State isDirty={panel.context.model.dirty} {...{ last, trans, run }} /> : null}
    </Section>
  );
}

interface IStateProps {
  last: Snapshot;
  isDirty: boolean;
  trans: TranslationBundle;
  run: Run;
}

/** Whether the notebook is in a kit as it is; below it the kit, on a line of its own, where a narrow bar shows it. */
function State({ last, isDirty, trans, run }: IStateProps): JSX.Element {
  const { packed, place, reference } = last;
  const isChanged = hasChanged(last, isDirty);
  const name = <bdi>{inert(shortName(reference), 60)}</bdi>;
  return (
    <div className={`kitops-Notebook-told kitops-Quiet${isChanged ? ' kitops-mod-changed' : ''}`}>
      <span role="status">{stateOf(last, isDirty, trans)}</span>
      {reference ? (
        <span className="kitops-Notebook-kit">
          {place === 'gone' ? (
            <span title={inert(reference)}>{name}</span>
          ) : (
            <LinkButton
              title={`${inert(reference)}\n${moment(packed)}`}
              onClick={() => run(CommandIDs.openKit, { reference })}
            >
              {name}
            </LinkButton>
          )}
          <span title={moment(packed)}>{age(packed)}</span>
          {place === 'gone' ? <span>{trans.__('not in the local store')}</span> : null}
        </span>
      ) : null}
    </div>
  );
}

function stateOf({ state }: Snapshot, isDirty: boolean, trans: TranslationBundle): string {
  if (isDirty && state !== 'unknown' && state !== 'changed') {
    return trans.__('unsaved changes since it was packed');
  }
  switch (state) {
    case 'unknown':
      return trans.__('no pack of it is known here');
    case 'unchanged':
      return trans.__('packed as it is');
    case 'outputs':
      return trans.__('only outputs changed since it was packed');
    case 'changed':
      return trans.__('changed since it was packed');
    case 'saved':
      return trans.__('saved since it was packed');
  }
}

/** Draw again when the notebook is saved, renamed, or edited after it was saved. */
function useContext(panel: NotebookPanel | null): void {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    const context = panel?.context;
    context?.fileChanged.connect(redraw);
    context?.pathChanged.connect(redraw);
    context?.model?.stateChanged.connect(redraw);
    return () => {
      context?.fileChanged.disconnect(redraw);
      context?.pathChanged.disconnect(redraw);
      context?.model?.stateChanged.disconnect(redraw);
    };
  }, [panel]);
}
