import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { JSX, MouseEvent } from 'react';
import { Suspense, useRef, useState } from 'react';

import { filesOf } from '../../outcome';
import type { IActions } from '../shared/actions';
import { TickBox } from '../shared/tickbox';
import { TreeView } from '../shared/treeview';
import { Find, Found } from './find';
import { Into } from './into';
import { Peek } from './late';
import { itemsOf, openMenuAt } from './menu';
import type { INode } from './node';
import { canOpen } from './node';
import type { Pull } from './pull';
import { useRanges } from './ranges';
import { nameOf, partOf, Row } from './row';
import type { ITreeRow } from './rows';
import { rowsOf } from './rows';
import type { KitState } from './state';
import type { Tree } from './tree';
import { SPLIT_LIMIT } from './tree';

const HEIGHT = 28;
const heightOf = (): number => HEIGHT;

interface IContentsProps {
  state: KitState;
  actions: IActions;
  rendermime: IRenderMimeRegistry | null;
}

/** The parts of the kit to tick, a file of them to look at, and where they go. */
export function Contents({ state, actions, rendermime }: IContentsProps): JSX.Element {
  const { tree, previewed, pull, search } = state;
  const main = useRef<HTMLDivElement>(null);
  const { trans } = actions;
  if (!tree || !pull || !search) {
    return <></>;
  }
  const focus = (): void => main.current?.querySelector<HTMLElement>('[role=treeitem][tabindex="0"]')?.focus();
  const onClose = (): void => {
    state.look(null);
    focus();
  };
  return (
    <div className="kitops-Contents">
      <div className="kitops-Contents-head">
        <TickBox tick={tree.tick} label={trans.__('The whole kit')} onToggle={() => tree.toggleAll()} />
        <span className="kitops-Contents-title">{trans.__('The whole kit')}</span>
        <span className="kitops-Contents-sum" role="status">
          {selectedOf(pull, tree, trans)}
        </span>
      </div>
      {tree.layers.length > 0 && <Find search={search} actions={actions} onDown={focus} />}
      <div ref={main} className="kitops-Contents-main">
        <div className="kitops-Contents-list">
          <Parts state={state} tree={tree} actions={actions} />
        </div>
        <Suspense fallback={null}>
          {previewed && <Peek {...{ state, actions, rendermime, onClose }} node={previewed} />}
        </Suspense>
      </div>
      <Into pull={pull} tree={tree} actions={actions} />
    </div>
  );
}

/** The files that are selected, as they will be on disk: the same numbers as on the button and in the outcome. */
function selectedOf(pull: Pull, tree: Tree, trans: TranslationBundle): string {
  const { value } = pull.check;
  if (tree.tick === 'none') {
    return trans.__('Nothing is selected');
  }
  if (pull.isCounting) {
    return trans.__('Counting…');
  }
  if (!value) {
    return '';
  }
  return value.files === null || value.size_bytes === null
    ? trans.__('Selected; its files are counted when they are here')
    : trans.__('%1 selected', filesOf(value.files, value.size_bytes, trans));
}

/** The tree of the parts, or the files that were found: the space bar ticks, Enter opens and reads. */
function Parts({ state, tree, actions }: { state: KitState; tree: Tree; actions: IActions }): JSX.Element {
  const { trans } = actions;
  const [isTooLong, setTooLong] = useState(false);
  const search = state.search!;
  const isFound = search.isOn;
  const rows = isFound ? foundRows(search.nodes) : rowsOf(tree.layers);
  const { onTick, onExtend } = useRanges(tree, rows, isDone => setTooLong(!isDone));
  const onOpen = (node: INode): void => void tree.open(node);
  const onMore = (node: INode): void => void tree.more(node);
  const onRead = (node: INode): void => state.look(node);
  const activate = ({ node, note }: ITreeRow): void => (note ? onMore : canOpen(node) ? onOpen : onRead)(node);
  const openMenu = (event: MouseEvent, node: INode): void => {
    if (!event.shiftKey) {
      event.preventDefault();
      event.stopPropagation();
      const { left, bottom } = event.currentTarget.getBoundingClientRect();
      openMenuAt(itemsOf(node, state, actions), event.clientX || left, event.clientY || bottom);
    }
  };
  if (!tree.layers.length) {
    return <p className="kitops-Empty">{trans.__('This kit has no layers.')}</p>;
  }
  return (
    <>
      {isTooLong && (
        <p className="kitops-Notice" role="alert">
          {trans.__(
            'Not changed: it is one of more than %1 entries that were unticked together. Tick their folder first.',
            SPLIT_LIMIT
          )}
        </p>
      )}
      {isFound && <Found search={search} tree={tree} actions={actions} />}
      {rows.length > 0 && (
        <TreeView
          key={isFound ? 'found' : 'parts'}
          rows={rows}
          label={isFound ? trans.__('Files found') : trans.__('Contents of the kit')}
          className="kitops-Parts"
          height={heightOf}
          nameOf={({ node, note }) => (note ? '' : nameOf(node, trans))}
          partOf={row => ({
            ...partOf(row),
            onDoubleClick: () => activate(row),
            onContextMenu: event => !row.note && openMenu(event, row.node)
          })}
          onFold={({ node }, isOpen) => void tree.open(node, isOpen)}
          onActivate={activate}
          onTick={(row, isRange) => (row.note ? onMore(row.node) : onTick(row, isRange))}
          onExtend={onExtend}
        >
          {row => (
            <Row {...{ row, trans, onOpen, onTick, onMore, onRead }} sought={isFound ? search.text : undefined} />
          )}
        </TreeView>
      )}
    </>
  );
}

/** One row a file, whatever folders they are in. */
function foundRows(nodes: readonly INode[]): ITreeRow[] {
  return nodes.map(node => ({
    key: node.id,
    parent: null,
    level: 1,
    isOpen: null,
    isStop: true,
    node,
    note: null
  }));
}
