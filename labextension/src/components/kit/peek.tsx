import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { closeIcon } from '@jupyterlab/ui-components';
import type { JSX } from 'react';

import { inert, size } from '../../format';
import type { IActions } from '../shared/actions';
import { Failure, Waiting } from '../shared/notes';
import { IconButton } from '../shared/parts';
import { Fetch } from './fetch';
import { FileView } from './fileview';
import type { INode } from './node';
import { canTick, fileBytes, placeOf } from './node';
import type { KitState } from './state';

interface IPeekProps {
  state: KitState;
  node: INode;
  actions: IActions;
  rendermime: IRenderMimeRegistry | null;
  onClose: () => void;
}

/** One file of the kit, or its start, beside the contents; Escape closes it. */
export function Peek({ state, node, actions, rendermime, onClose }: IPeekProps): JSX.Element {
  const { preview } = state;
  const { trans } = actions;
  const place = placeOf(node);
  const path = place?.path ?? '';
  const bytes = fileBytes(node);
  const failed = preview.error;
  const instead = place && canTick(node) ? <Fetch {...{ state, actions, place }} /> : null;
  return (
    <section
      className="kitops-Peek"
      aria-label={trans.__('Preview of %1', inert(path, 160))}
      onKeyDown={event => event.key === 'Escape' && onClose()}
    >
      <header className="kitops-Peek-head">
        <bdi title={inert(path, 2000)}>{inert(path, 160)}</bdi>
        <span className="kitops-Quiet">{bytes === null ? '' : size(bytes)}</span>
        <IconButton icon={closeIcon} label={trans.__('Close the preview')} onClick={onClose} />
      </header>
      <div className="kitops-Peek-body">
        {preview.isLoading && <Waiting>{trans.__('Reading the file…')}</Waiting>}
        {failed && (
          <Failure
            error={failed}
            actions={actions}
            retry={failed.code === 'usage' ? undefined : () => void preview.reload()}
          />
        )}
        {failed?.code === 'usage' && instead}
        {preview.value && !preview.isLoading && (
          <FileView file={preview.value} actions={actions} rendermime={rendermime} instead={instead} />
        )}
      </div>
    </section>
  );
}
