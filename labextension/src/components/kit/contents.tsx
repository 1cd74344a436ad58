import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { JSX, MouseEvent } from 'react';
import { useRef, useState } from 'react';

import { filesOf } from '../../outcome';
import type { IActions } from '../shared/actions';
import { TreeView } from '../shared/treeview';
import { Into } from './into';
import { itemsOf, openMenuAt } from './menu';
import { Peek } from './peek';
import type { Pull } from './pull';
import { nameOf, partOf, Row } from './row';
import type { ITreeRow } from './rows';
import { rowsOf } from './rows';
import type { KitState } from './state';
import { TickBox } from '../shared/tickbox';
import type { INode } from './node';
import { canOpen } from './node';
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
  const { tree, previewed, pull } = state;
  const main = useRef<HTMLDivElement>(null);
  const [isTooLong, setTooLong] = useState(false);
  const { trans } = actions;
  if (!tree || !pull) {
    return <></>;
  }
  const onClose = (): void => {
    state.look(null);
    main.current?.querySelector<HTMLElement>('[role=treeitem][tabindex="0"]')?.focus();
  };
  const onTick = async (node: INode): Promise<void> => setTooLong(!(await tree.toggle(node)));
  return (
    <div className="kitops-Contents">
      <div className="kitops-Contents-head">
        <TickBox tick={tree.tick} label={trans.__('The whole kit')} onToggle={() => tree.toggleAll()} />
        <span className="kitops-Contents-title">{trans.__('The whole kit')}</span>
        <span className="kitops-Contents-sum" role="status">
          {selectedOf(pull, tree, trans)}
        </span>
      </div>
      <div ref={main} className="kitops-Contents-main">
        <Parts {...{ state, tree, actions }} onTick={node => void onTick(node)} />
        {previewed && <Peek {...{ state, actions, rendermime, onClose }} node={previewed} />}
      </div>
      {isTooLong && (
        <p className="kitops-Notice" role="alert">
          {trans.__(
            'This was cleared with its folder, which has more than %1 entries. Tick the folder first.',
            SPLIT_LIMIT
          )}
        </p>
      )}
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

interface IPartsProps {
  state: KitState;
  tree: Tree;
  actions: IActions;
  onTick: (node: INode) => void;
}

/** The tree of the parts: the space bar ticks, Enter opens and shows. */
function Parts({ state, tree, actions, onTick }: IPartsProps): JSX.Element {
  const { trans } = actions;
  const onRead = (node: INode): void => state.look(node);
  const onOpen = (node: INode): void => void tree.open(node);
  const onMore = (node: INode): void => void tree.more(node);
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
    <TreeView
      rows={rowsOf(tree.layers)}
      label={trans.__('Contents of the kit')}
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
      onTick={({ node, note }) => (note ? onMore : onTick)(node)}
    >
      {row => <Row {...{ row, trans, onOpen, onTick, onMore, onRead }} />}
    </TreeView>
  );
}
