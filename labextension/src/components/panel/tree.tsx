import type { TranslationBundle } from '@jupyterlab/translation';
import type { JSX, KeyboardEvent } from 'react';
import { memo, useCallback, useLayoutEffect, useMemo, useRef, useState } from 'react';

import type { IKitModel } from '../../model';
import { CommandIDs } from '../../tokens';
import { useSignals } from '../shared/signal';
import { reveal, Virtual } from '../shared/virtual';
import { actOn } from './note';
import { RowView } from './row';
import type { IRow, IView } from './rows';
import { isStop, rowsOf } from './rows';
import type { Run } from './types';

interface ITreeProps {
  model: IKitModel;
  trans: TranslationBundle;
  run: Run;
  view: IView;
  onToggle: (key: string, open: boolean) => void;
  /** Escape: back to the search. */
  onLeave: () => void;
}

const LINE = 24;
/** A list is asked to go on when its end is so many rows below what is seen. */
const NEAR = 40;
/** Notes that say more than a line, and have a button. */
const NOTES: { [note: string]: number } = { error: 104, 'sign-in': 76, 'no-catalog': 76, 'no-registry': 76 };

const heightOf = (row: IRow): number => (row.note && NOTES[row.note]) || (row.level === 1 ? LINE + 4 : LINE);

/** The local store and the registries: one tree, so that arrow keys reach all of it. */
function KitTree({ model, trans, run, view, onToggle, onLeave }: ITreeProps): JSX.Element {
  const version = useSignals(model.changed);
  useSignals(model.summaries.changed);
  const scroller = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/exhaustive-deps -- the version stands for what the model has
  const rows = useMemo(() => rowsOf(model, view), [model, view, version]);
  const [active, setActive] = useState<string | null>(null);
  const activeIndex = Math.max(
    0,
    rows.findIndex(row => row.key === active)
  );
  const wantsFocus = useRef(false);
  useLayoutEffect(() => {
    if (wantsFocus.current) {
      wantsFocus.current = false;
      focusRow(scroller.current, active);
    }
  });
  const go = (index: number): void => {
    const row = rows[index];
    if (row && scroller.current) {
      reveal(scroller.current, rows, heightOf, index);
      wantsFocus.current = true;
      setActive(row.key);
    }
  };
  const activate = (row: IRow): void => {
    setActive(row.key);
    if (row.kind === 'tag') {
      run(CommandIDs.openKit, { reference: row.reference });
    } else if (row.isOpen !== null) {
      onToggle(row.key, !row.isOpen);
    } else {
      actOn({ row, model, trans, run });
    }
  };
  const onSight = useSight(rows, model);
  return (
    <div
      ref={scroller}
      className="kitops-Tree"
      role="tree"
      aria-label={trans.__('Kits')}
      onKeyDown={event => onKey(event, { rows, activeIndex, go, activate, onToggle, onLeave })}
    >
      <Virtual {...{ rows, onSight }} height={heightOf} keyOf={row => row.key} kept={active ? activeIndex : -1}>
        {(row, index) => (
          <RowView
            {...{ row, model, trans, run }}
            isActive={index === activeIndex}
            onActivate={activate}
            onFocus={focused => setActive(focused.key)}
          />
        )}
      </Virtual>
    </div>
  );
}

/** Typing in the search draws the tree once, when there is time for it. */
export const Tree = memo(KitTree);

function focusRow(scroller: HTMLElement | null, key: string | null): void {
  for (const node of scroller?.querySelectorAll<HTMLElement>('.kitops-Row') ?? []) {
    if (node.dataset.key === key) {
      node.focus({ preventScroll: true });
    }
  }
}

/** What comes into sight is asked for: the kits of the rows, and the next page where a list continues. */
function useSight(rows: readonly IRow[], model: IKitModel): (first: number, last: number) => void {
  const latest = useRef(rows);
  useLayoutEffect(() => {
    latest.current = rows;
  });
  return useCallback(
    (first: number, last: number) => {
      const near = latest.current.slice(first, last + NEAR);
      const seen = near.slice(0, last - first);
      model.summaries.want(seen.filter(row => row.kind === 'tag' && !row.local).map(row => row.reference));
      for (const row of near.filter(each => each.note === 'more')) {
        void (row.repository ? model.tags(row.repository) : model.repositories(row.registry)).more();
      }
    },
    [model]
  );
}

interface IKeys {
  rows: readonly IRow[];
  activeIndex: number;
  go: (index: number) => void;
  activate: (row: IRow) => void;
  onToggle: (key: string, open: boolean) => void;
  onLeave: () => void;
}

function onKey(event: KeyboardEvent<HTMLElement>, keys: IKeys): void {
  const { rows, activeIndex, go } = keys;
  if (event.altKey || event.ctrlKey || event.metaKey || !(event.target as HTMLElement).matches('.kitops-Row')) {
    return;
  }
  const page = Math.max(1, Math.floor(event.currentTarget.clientHeight / LINE) - 1);
  const moves: { [key: string]: () => void } = {
    ArrowDown: () => go(stop(rows, activeIndex + 1, 1)),
    ArrowUp: () => go(stop(rows, activeIndex - 1, -1)),
    PageDown: () => go(stop(rows, Math.min(rows.length - 1, activeIndex + page), -1)),
    PageUp: () => go(stop(rows, Math.max(0, activeIndex - page), 1)),
    Home: () => go(0),
    End: () => go(stop(rows, rows.length - 1, -1)),
    ArrowRight: () => inward(keys),
    ArrowLeft: () => outward(keys),
    Enter: () => keys.activate(rows[activeIndex]),
    ' ': () => keys.activate(rows[activeIndex]),
    Escape: keys.onLeave
  };
  const move = moves[event.key];
  if (move) {
    event.preventDefault();
    event.stopPropagation();
    move();
  }
}

/** The next row to rest on, from here in this direction; here, when there is none. */
function stop(rows: readonly IRow[], from: number, step: number): number {
  let index = from;
  while (index >= 0 && index < rows.length && !isStop(rows[index])) {
    index += step;
  }
  return index;
}

function inward({ rows, activeIndex, go, onToggle }: IKeys): void {
  const row = rows[activeIndex];
  if (row.isOpen === false) {
    onToggle(row.key, true);
  } else if (row.isOpen && rows[activeIndex + 1]?.parent === row.key) {
    go(stop(rows, activeIndex + 1, 1));
  }
}

function outward({ rows, activeIndex, go, onToggle }: IKeys): void {
  const row = rows[activeIndex];
  if (row.isOpen) {
    onToggle(row.key, false);
  } else if (row.parent !== null) {
    go(rows.findIndex(each => each.key === row.parent));
  }
}
