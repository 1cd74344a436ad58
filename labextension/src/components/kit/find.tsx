import type { TranslationBundle } from '@jupyterlab/translation';
import type { JSX } from 'react';
import { useId } from 'react';

import { inert } from '../../format';
import type { Sort } from '../../model';
import { filesOf } from '../../outcome';
import type { IActions } from '../shared/actions';
import { Failure } from '../shared/notes';
import { Button } from '../shared/parts';
import { useRedraw } from '../shared/signal';
import { tickOf } from './node';
import type { Search } from './search';
import type { Tree } from './tree';

interface IFindProps {
  search: Search;
  actions: IActions;
  /** The arrow that leaves the box for the list. */
  onDown: () => void;
}

/** The box that looks for files in all layers, and the order of the list. */
export function Find({ search, actions: { trans }, onDown }: IFindProps): JSX.Element {
  const id = useId();
  const redraw = useRedraw();
  const find = (text: string): void => {
    search.text = text;
    redraw();
  };
  return (
    <div className="kitops-Find" role="search" aria-label={trans.__('Files of the kit')}>
      <input
        className="jp-mod-styled kitops-Find-text"
        type="search"
        spellCheck={false}
        maxLength={200}
        aria-label={trans.__('Find files in all layers')}
        placeholder={trans.__('Find files, such as part-1 or *.csv')}
        value={search.text}
        onChange={event => find(event.target.value)}
        onKeyDown={event => {
          if (event.key === 'Escape' && search.text) {
            event.stopPropagation();
            find('');
          } else if (event.key === 'ArrowDown') {
            event.preventDefault();
            onDown();
          }
        }}
      />
      <span className="kitops-Find-order">
        <label htmlFor={id}>{trans.__('Sort by')}</label>
        <select
          id={id}
          className="kitops-Find-sort"
          value={search.sort}
          onChange={event => (search.sort = event.target.value as Sort)}
        >
          <option value="name">{trans.__('name')}</option>
          <option value="size">{trans.__('size')}</option>
        </select>
      </span>
      <span className="kitops-Find-told" role="status">
        {toldOf(search, trans)}
      </span>
    </div>
  );
}

function toldOf(search: Search, trans: TranslationBundle): string {
  const { value } = search.found;
  if (search.isLooking) {
    return trans.__('Looking…');
  }
  if (!search.isOn || !value) {
    return '';
  }
  const found = filesOf(value.total, value.total_bytes, trans);
  return search.hasMore
    ? trans.__('%1 found, the first %2 are shown', found, search.nodes.length)
    : trans.__('%1 found', found);
}

/** What stands above the files that were found: ticks for all of them, and what was not searched. */
export function Found({ search, tree, actions }: Omit<IFindProps, 'onDown'> & { tree: Tree }): JSX.Element {
  const { trans } = actions;
  const { error, value } = search.found;
  if (error) {
    return <Failure error={error} actions={actions} retry={() => void search.ask()} />;
  }
  const { nodes } = search;
  const isAll = nodes.length > 0 && nodes.every(node => tickOf(node) === 'all');
  return (
    <>
      {nodes.length > 0 && (
        <div className="kitops-Find-all">
          <Button onClick={() => void tree.set(nodes, !isAll)}>
            {isAll
              ? trans._n('Untick %1 file', 'Untick all %1 files', nodes.length)
              : trans._n('Tick %1 file', 'Tick all %1 files', nodes.length)}
          </Button>
          {search.hasMore && <Button onClick={() => void search.more()}>{trans.__('Show more')}</Button>}
        </div>
      )}
      {value && !value.total && !search.isLooking && <p className="kitops-Empty">{trans.__('No file has this.')}</p>}
      {value?.unlisted.map(({ key, why }) => (
        <p key={key} className="kitops-Notice">
          {trans.__('Not searched: %1: %2', pathOf(tree, key), inert(why, 300))}
        </p>
      ))}
    </>
  );
}

function pathOf(tree: Tree, key: string): string {
  const layer = tree.layers.find(node => node.layer.key === key)?.layer;
  return inert(layer?.path || key, 160);
}
