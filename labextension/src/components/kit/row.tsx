import { caretDownEmptyIcon, caretRightIcon, fileIcon, folderIcon, notebookIcon } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { JSX } from 'react';

import { inert, size } from '../../format';
import { LinkButton } from '../shared/parts';
import { isNotebook } from './notebooks';
import { TickBox } from '../shared/tickbox';
import type { INode, ITreeRow } from './tree';
import { bytesOf, canOpen, canTick, isElsewhere, tickOf } from './tree';

export interface IRowProps {
  row: ITreeRow;
  id: string;
  isCurrent: boolean;
  trans: TranslationBundle;
  onCurrent: () => void;
  onOpen: (node: INode) => void;
  onTick: (node: INode) => void;
  onMore: (node: INode) => void;
  onRead: (node: INode) => void;
}

/** A layer, a folder or a file; or what stands where its names would be. */
export function Row(props: IRowProps): JSX.Element {
  const { row, id, isCurrent, onCurrent } = props;
  const { node, note, level } = row;
  const isStop = note === null;
  return (
    <div
      id={id}
      className={`kitops-Node${isCurrent ? ' kitops-mod-current' : ''}${note ? ' kitops-mod-note' : ''}`}
      style={{ paddingInlineStart: `${(level - 1) * 18 + 6}px` }}
      role="treeitem"
      aria-level={level}
      aria-expanded={isStop && canOpen(node) ? node.isOpen : undefined}
      aria-checked={
        isStop && canTick(node) ? ({ all: true, some: 'mixed', none: false } as const)[tickOf(node)] : undefined
      }
      aria-selected={isCurrent}
      onMouseDown={onCurrent}
      onDoubleClick={() => isStop && canOpen(node) && props.onOpen(node)}
    >
      {isStop ? <Named {...props} /> : <Noted {...props} />}
    </div>
  );
}

function Named({ row: { node }, trans, onOpen, onTick, onRead }: IRowProps): JSX.Element {
  const { layer, file } = node;
  const name = nameOf(node, trans);
  const Caret = node.isOpen ? caretDownEmptyIcon : caretRightIcon;
  const Icon = iconOf(node);
  return (
    <>
      <span className="kitops-Node-caret" aria-hidden="true" onClick={() => canOpen(node) && onOpen(node)}>
        {canOpen(node) && <Caret.react tag="span" />}
      </span>
      <TickBox
        tick={tickOf(node)}
        label={trans.__('Pull %1', name)}
        isDisabled={!canTick(node)}
        isInRow
        onToggle={() => onTick(node)}
      />
      {!file && <span className="kitops-Node-section">{inert(layer.section, 20)}</span>}
      {file && <Icon.react tag="span" className="kitops-Node-icon" />}
      <bdi className="kitops-Node-name" title={inert(file?.path || layer.path || name, 2000)}>
        {name}
      </bdi>
      {file && !file.is_dir && isNotebook(file.path) && (
        <LinkButton tabIndex={-1} onClick={() => onRead(node)}>
          {trans.__('read')}
        </LinkButton>
      )}
      {!file && layer.remote_path && (
        <bdi className="kitops-Node-aside" title={inert(layer.remote_path, 2000)}>
          {isElsewhere(node)
            ? trans.__('elsewhere: %1', inert(layer.remote_path, 80))
            : trans.__('of %1', inert(layer.remote_path, 80))}
        </bdi>
      )}
      {file?.is_dir && <span className="kitops-Node-aside">{trans._n('%1 file', '%1 files', file.files)}</span>}
      {!file && layer.is_here && (
        <span className="kitops-Node-here" title={trans.__('Its bytes are in the local store: they need not be moved')}>
          {trans.__('have it')}
        </span>
      )}
      <span className="kitops-Node-size">{layer.remote_path && !layer.digest ? '' : size(bytesOf(node))}</span>
    </>
  );
}

function Noted({ row: { node, note }, trans, onMore }: IRowProps): JSX.Element {
  switch (note) {
    case 'error':
      return (
        <>
          <bdi className="kitops-Node-error" title={inert(node.error?.hint ?? '', 1000)}>
            {inert(node.error?.message ?? '', 300)}
          </bdi>
          <LinkButton onClick={() => onMore(node)}>{trans.__('Try again')}</LinkButton>
        </>
      );
    case 'more':
      return <LinkButton onClick={() => onMore(node)}>{trans.__('Show more')}</LinkButton>;
    case 'empty':
      return <span>{trans.__('empty')}</span>;
    default:
      return <span>{trans.__('Reading the list of files…')}</span>;
  }
}

/** What people call it: a layer by its name and path, a file by its last part. */
export function nameOf({ layer, file }: INode, trans: TranslationBundle): string {
  if (file) {
    return inert(file.name || file.path, 200);
  }
  const [name, path] = [inert(layer.name, 120), inert(layer.path, 160)];
  return name && path && name !== path ? trans.__('%1 · %2', name, path) : name || path || inert(layer.key, 60);
}

function iconOf({ file }: INode): typeof fileIcon {
  return file?.is_dir ? folderIcon : file && isNotebook(file.path) ? notebookIcon : fileIcon;
}
