import type { TranslationBundle } from '@jupyterlab/translation';
import { addIcon, closeIcon, refreshIcon, searchIcon } from '@jupyterlab/ui-components';
import type { JSX, KeyboardEvent, RefObject } from 'react';
import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';

import type { TagOrder } from '../../model';
import { CommandIDs } from '../../tokens';
import { IconButton } from '../shared/parts';
import { useSignals } from '../shared/signal';
import { Missing, Unreadable } from './missing';
import { ThisNotebook } from './notebook';
import { Transfers } from './transfers';
import { Tree } from './tree';
import type { IPanelOptions, IShown, Run } from './types';

/** All of the panel. */
export function Panel({ model, trans, notebooks, memory, run, isShown }: IPanelOptions & IShown): JSX.Element {
  useSignals(model.changed, memory.changed);
  const [query, setQuery] = useState('');
  const searched = useDeferredValue(query);
  const search = useRef<HTMLInputElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const fold = (key: string): { isOpen: boolean; onToggle: () => void } => ({
    isOpen: memory.isOpen(key),
    onToggle: () => memory.open(key, !memory.isOpen(key))
  });
  const { opened, named, order } = memory;
  const view = useMemo(() => ({ open: opened, query: searched, named, order }), [opened, searched, named, order]);
  const names = model.registries.map(({ name }) => name).join(' ');
  useEffect(() => model.searches.look(searched.trim(), names.split(' ').filter(Boolean)), [model, searched, names]);
  const onToggle = useCallback((key: string, isOpen: boolean) => memory.open(key, isOpen), [memory]);
  const onLeave = useCallback(() => search.current?.focus(), []);
  const isReady = model.server === 'ready' || model.local !== null;
  return (
    <div ref={body} className="kitops-Panel-body">
      <Header {...{ trans, run, order }} onOrder={wanted => memory.sort(wanted)} />
      {isReady ? (
        <>
          <Search
            {...{ trans, query, setQuery }}
            input={search}
            onDown={() => body.current?.querySelector<HTMLElement>('[role=treeitem][tabindex="0"]')?.focus()}
          />
          <div className="kitops-Panel-top">
            <Transfers jobs={model.jobs} registries={model.registries} {...{ trans, run }} {...fold('transfers')} />
            {notebooks ? (
              <ThisNotebook snapshots={model.snapshots} {...{ notebooks, trans, run }} {...fold('notebook')} />
            ) : null}
          </div>
          {model.server === 'ready' ? null : <Missing {...{ model, trans }} />}
          {model.status?.problem ? <Unreadable problem={model.status.problem} /> : null}
          <Tree {...{ model, trans, run, view, onToggle, onLeave, isShown }} />
        </>
      ) : model.server === 'asking' ? (
        <p className="kitops-Quiet kitops-mod-loading">{trans.__('Loading…')}</p>
      ) : (
        <Missing {...{ model, trans }} />
      )}
    </div>
  );
}

interface IHeaderProps {
  trans: TranslationBundle;
  run: Run;
  order: TagOrder;
  onOrder: (order: TagOrder) => void;
}

function Header({ trans, run, order, onOrder }: IHeaderProps): JSX.Element {
  const label = trans.__('Order of the tags');
  return (
    <div className="kitops-Panel-head">
      <h2>{trans.__('ModelKits')}</h2>
      <select
        className="kitops-Panel-order"
        aria-label={label}
        title={label}
        value={order}
        onChange={event => onOrder(event.target.value as TagOrder)}
      >
        <option value="name">{trans.__('By name')}</option>
        <option value="newest">{trans.__('Newest first')}</option>
        <option value="largest">{trans.__('Largest first')}</option>
      </select>
      <IconButton icon={addIcon} label={trans.__('Add a registry')} onClick={() => run(CommandIDs.addRegistry)} />
      <IconButton icon={refreshIcon} label={trans.__('Refresh')} onClick={() => run(CommandIDs.refresh)} />
    </div>
  );
}

interface ISearchProps {
  trans: TranslationBundle;
  query: string;
  setQuery: (query: string) => void;
  input: RefObject<HTMLInputElement>;
  onDown: () => void;
}

function Search({ trans, query, setQuery, input, onDown }: ISearchProps): JSX.Element {
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown') {
      event.preventDefault();
      onDown();
    } else if (event.key === 'Escape' && query) {
      event.stopPropagation();
      setQuery('');
    }
  };
  return (
    <div className="kitops-Search">
      <searchIcon.react tag="span" className="kitops-Icon" />
      <input
        ref={input}
        type="text"
        role="searchbox"
        spellCheck={false}
        value={query}
        placeholder={trans.__('Search')}
        aria-label={trans.__('Search repositories and tags')}
        onChange={event => setQuery(event.target.value)}
        onKeyDown={onKeyDown}
      />
      {query ? <IconButton icon={closeIcon} label={trans.__('Clear the search')} onClick={() => setQuery('')} /> : null}
    </div>
  );
}
