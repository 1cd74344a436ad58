import { PathExt } from '@jupyterlab/coreutils';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { notebookIcon } from '@jupyterlab/ui-components';
import type { JSX } from 'react';
import { useEffect, useReducer } from 'react';

import { age, inert, moment, shortName } from '../../format';
import type { ISnapshot } from '../../model/snapshots';
import type { Snapshots } from '../../model';
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
      <div className="kitops-Notebook-told kitops-Quiet">
        <span>{stateOf(panel, last, trans)}</span>
        {last ? (
          <LinkButton
            title={moment(last.packed)}
            onClick={() => run(CommandIDs.openKit, { reference: last.reference })}
          >
            <bdi>{inert(shortName(last.reference), 60)}</bdi>
          </LinkButton>
        ) : null}
      </div>
    </Section>
  );
}

function stateOf(panel: NotebookPanel, last: ISnapshot | undefined, trans: TranslationBundle): string {
  if (!last) {
    return trans.__('not packed yet');
  }
  const ago = age(last.packed);
  const isJust = Date.now() - Date.parse(last.packed) < 60_000;
  const saved = Date.parse(panel.context.contentsModel?.last_modified ?? '');
  if (panel.context.model.dirty || saved > Date.parse(last.packed)) {
    return isJust
      ? trans.__('changed since it was packed just now:')
      : trans.__('changed since it was packed, %1 ago:', ago);
  }
  return isJust ? trans.__('packed just now:') : trans.__('packed %1 ago:', ago);
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
