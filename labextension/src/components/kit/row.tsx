import { caretDownEmptyIcon, caretRightIcon, fileIcon, folderIcon, notebookIcon } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { HTMLAttributes, JSX } from 'react';

import { inert, size } from '../../format';
import { LinkButton } from '../shared/parts';
import { isNotebook } from './notebooks';
import { TickBox } from '../shared/tickbox';
import type { ITreeRow } from './rows';
import { highlighted } from './search';
import type { INode } from './node';
import { canOpen, canTick, fileBytes, isElsewhere, placeOf, tickOf } from './node';

interface IRowProps {
  row: ITreeRow;
  trans: TranslationBundle;
  onOpen: (node: INode) => void;
  onTick: (row: ITreeRow, isRange: boolean) => void;
  onMore: (node: INode) => void;
  onRead: (node: INode) => void;
  /** What was looked for; then the row has the file's whole path. */
  sought?: string;
}

const CHECKED = { all: true, some: 'mixed', none: false } as const;

/** What a row's element says of it. */
export function partOf({ node, note, level }: ITreeRow): HTMLAttributes<HTMLElement> {
  return {
    className: note ? 'kitops-Node kitops-mod-note' : 'kitops-Node',
    style: { paddingInlineStart: `${(level - 1) * 18 + 6}px` },
    'aria-checked': !note && canTick(node) ? CHECKED[tickOf(node)] : undefined
  };
}

/** A layer, a folder or a file; or what stands where its names would be. */
export function Row(props: IRowProps): JSX.Element {
  return props.row.note ? <Noted {...props} /> : <Named {...props} />;
}

function Named({ row, trans, onOpen, onTick, onRead, sought }: IRowProps): JSX.Element {
  const { node } = row;
  const { layer, file } = node;
  const files = file?.is_dir ? file.files : node.listed?.files;
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
        onToggle={isRange => onTick(row, isRange)}
      />
      {(!file || sought) && <span className="kitops-Node-section">{inert(layer.section, 20)}</span>}
      {file && <Icon.react tag="span" className="kitops-Node-icon" />}
      <bdi className="kitops-Node-name" title={inert(file?.path || layer.path || name, 2000)}>
        {sought && file ? <Hit path={inert(file.path, 300)} sought={sought} /> : name}
      </bdi>
      {placeOf(node) && (
        <span className="kitops-Node-look">
          <LinkButton tabIndex={-1} onClick={() => onRead(node)}>
            {trans.__('preview')}
          </LinkButton>
        </span>
      )}
      {!file && layer.remote_path && (
        <bdi className="kitops-Node-aside" title={inert(layer.remote_path, 2000)}>
          {isElsewhere(node)
            ? trans.__('remote: %1', inert(layer.remote_path, 80))
            : trans.__('from %1', inert(layer.remote_path, 80))}
        </bdi>
      )}
      {files !== undefined && <span className="kitops-Node-aside">{trans._n('%1 file', '%1 files', files)}</span>}
      {!file && layer.is_here && (
        <span className="kitops-Node-here" title={trans.__('Already in the local store: no download needed')}>
          {trans.__('local')}
        </span>
      )}
      <Size node={node} trans={trans} />
    </>
  );
}

/** A path with what was looked for in it. */
function Hit({ path, sought }: { path: string; sought: string }): JSX.Element {
  return <>{highlighted(path, sought).map(([piece, isHit], at) => (isHit ? <mark key={at}>{piece}</mark> : piece))}</>;
}

/** What its files have together; of a layer whose list is not here yet, what is stored. */
function Size({ node, trans }: Pick<IRowProps, 'trans'> & { node: INode }): JSX.Element {
  const { digest, size_bytes } = node.layer;
  const bytes = fileBytes(node);
  const stored = trans.__('%1 stored', size(size_bytes));
  const text = bytes !== null ? size(bytes) : digest ? stored : '';
  return (
    <span className="kitops-Node-size" title={node.file || !digest ? undefined : stored}>
      {text}
    </span>
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
          <LinkButton tabIndex={-1} onClick={() => onMore(node)}>
            {trans.__('Try again')}
          </LinkButton>
        </>
      );
    case 'more':
      return (
        <LinkButton tabIndex={-1} onClick={() => onMore(node)}>
          {trans.__('Show more')}
        </LinkButton>
      );
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
