import type { TranslationBundle } from '@jupyterlab/translation';
import type { JSX, KeyboardEvent } from 'react';
import { useId, useRef, useState } from 'react';

import { size } from '../../format';
import type { IActions } from '../shared/actions';
import { Virtual, reveal } from '../shared/virtual';
import { Into } from './into';
import { Row } from './row';
import type { KitState } from './state';
import { TickBox } from '../shared/tickbox';
import type { INode, ITreeRow, Tree } from './tree';
import { canOpen, SPLIT_LIMIT } from './tree';

const HEIGHT = 28;
const heightOf = (): number => HEIGHT;
const keyOf = ({ node, note }: ITreeRow): string => `${note ?? ''}\n${node.id}`;

/** The parts of the kit to tick, and where they go. */
export function Contents({ state, actions }: { state: KitState; actions: IActions }): JSX.Element {
  const { tree, pull } = state;
  const [isTooLong, setTooLong] = useState(false);
  const { trans } = actions;
  if (!tree || !pull) {
    return <></>;
  }
  const onTick = async (node: INode): Promise<void> => setTooLong(!(await tree.toggle(node)));
  return (
    <div className="kitops-Contents">
      <div className="kitops-Contents-head">
        <TickBox tick={tree.tick} label={trans.__('The whole kit')} onToggle={() => tree.toggleAll()} />
        <span className="kitops-Contents-title">{trans.__('The whole kit')}</span>
        <span className="kitops-Contents-sum" role="status">
          {tickedOf(tree, trans)}
        </span>
      </div>
      <TreeView tree={tree} actions={actions} onTick={node => void onTick(node)} onRead={node => read(state, node)} />
      {isTooLong && (
        <p className="kitops-Notice" role="alert">
          {trans.__(
            'This folder has more than %1 entries. Untick it first, then tick the files that you want.',
            SPLIT_LIMIT
          )}
        </p>
      )}
      <Into pull={pull} tree={tree} actions={actions} />
    </div>
  );
}

function tickedOf(tree: Tree, trans: TranslationBundle): string {
  if (tree.tick === 'none') {
    return trans.__('Nothing is ticked');
  }
  const sum = size(tree.bytes);
  return tree.includesRemote ? trans.__('%1 and data from elsewhere ticked', sum) : trans.__('%1 ticked', sum);
}

interface ITreeViewProps {
  tree: Tree;
  actions: IActions;
  onTick: (node: INode) => void;
  onRead: (node: INode) => void;
}

function TreeView({ tree, actions, onTick, onRead }: ITreeViewProps): JSX.Element {
  const { trans } = actions;
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const [current, setCurrent] = useState('');
  const rows = tree.rows;
  const at = Math.max(
    0,
    rows.findIndex(row => keyOf(row) === current)
  );
  const go = (index: number): void => {
    const next = Math.min(rows.length - 1, Math.max(0, index));
    if (rows[next] && scroller.current) {
      setCurrent(keyOf(rows[next]));
      reveal(scroller.current, rows, heightOf, next);
    }
  };
  const act: IKeys = { tree, rows, at, go, onTick, onRead };
  return (
    <div
      ref={scroller}
      className="kitops-Parts"
      role="tree"
      aria-multiselectable="true"
      aria-label={trans.__('Contents of the kit')}
      aria-activedescendant={rows.length ? `${id}${at}` : undefined}
      tabIndex={0}
      onKeyDown={event => onKey(event, act)}
    >
      <Virtual rows={rows} height={heightOf} keyOf={keyOf} kept={at}>
        {(row, index) => (
          <Row
            row={row}
            id={`${id}${index}`}
            isCurrent={index === at}
            trans={trans}
            onCurrent={() => setCurrent(keyOf(row))}
            onOpen={node => void tree.open(node)}
            onTick={onTick}
            onMore={node => void tree.more(node)}
            onRead={onRead}
          />
        )}
      </Virtual>
      {rows.length === 0 && <p className="kitops-Empty">{trans.__('This kit has no layers.')}</p>}
    </div>
  );
}

interface IKeys {
  tree: Tree;
  rows: readonly ITreeRow[];
  at: number;
  go: (index: number) => void;
  onTick: (node: INode) => void;
  onRead: (node: INode) => void;
}

/** The keys of a tree, as the ARIA practices have them: the space bar ticks, Enter opens. */
function onKey(event: KeyboardEvent, { tree, rows, at, go, onTick, onRead }: IKeys): void {
  const row = rows[at];
  if (!row || event.target !== event.currentTarget || event.altKey || event.ctrlKey || event.metaKey) {
    return;
  }
  const { node, note } = row;
  const parent = (): void => {
    const above = note ? node : node.parent;
    if (above) {
      go(rows.findIndex(each => each.node === above && !each.note));
    }
  };
  const keys: { [key: string]: () => void } = {
    ArrowDown: () => go(at + 1),
    ArrowUp: () => go(at - 1),
    PageDown: () => go(at + 10),
    PageUp: () => go(at - 10),
    Home: () => go(0),
    End: () => go(rows.length - 1),
    ArrowRight: () => (node.isOpen ? go(at + 1) : void tree.open(node, true)),
    ArrowLeft: () => (node.isOpen && !note ? void tree.open(node, false) : parent()),
    Enter: () => (note ? void tree.more(node) : canOpen(node) ? void tree.open(node) : onRead(node)),
    ' ': () => (note ? void tree.more(node) : onTick(node))
  };
  const act = keys[event.key];
  if (act) {
    event.preventDefault();
    act();
  }
}

function read(state: KitState, { layer, file }: INode): void {
  if (file && file.path.toLowerCase().endsWith('.ipynb')) {
    state.notebooks.show({ key: layer.key, path: file.path });
    state.tab = 'notebook';
  }
}
