import type { TranslationBundle } from '@jupyterlab/translation';
import type { JSX, MouseEvent } from 'react';
import { memo, useCallback, useEffect, useLayoutEffect, useMemo, useRef } from 'react';

import { shortName } from '../../format';
import type { IKitModel } from '../../model';
import { CommandIDs } from '../../tokens';
import { useSignals } from '../shared/signal';
import { TreeView } from '../shared/treeview';
import { ChosenBar, useChosen } from './chosen';
import { actOn } from './note';
import { ORDERED } from './order';
import { partOf, RowView } from './row';
import type { IRow, IView } from './rows';
import { rowsOf } from './rows';
import type { IShown, Run } from './types';

interface ITreeProps extends IShown {
  model: IKitModel;
  trans: TranslationBundle;
  run: Run;
  view: IView;
  onToggle: (key: string, open: boolean) => void;
  /** Escape: back to the search. */
  onLeave: () => void;
}

const LINE = 24;
/** Lists in sight are asked again after so long. */
const WATCH_MS = 60_000;
/** A list is asked to continue when its end is so many rows below what is seen. */
const NEAR = 40;
/** Notes that say more than a line, and have a button. */
const NOTES: { [note: string]: number } = {
  error: 104,
  'sign-in': 76,
  'no-catalog': 76,
  'no-registry': 76,
  searching: 44,
  'search-more': 44
};

const heightOf = (row: IRow): number => (row.note && NOTES[row.note]) || (row.level === 1 ? LINE + 4 : LINE);

/** The local store and the registries: one tree, so that arrow keys reach all of it. */
function KitTree({ model, trans, run, view, onToggle, onLeave, isShown }: ITreeProps): JSX.Element {
  const version = useSignals(model.changed);
  const said = useSignals(model.summaries.changed);
  const known = view.order === 'name' ? 0 : said; // what kits say moves no row that stands by its name
  // eslint-disable-next-line react-hooks/exhaustive-deps -- the versions stand for what the model has
  const rows = useMemo(() => rowsOf(model, view), [model, view, version, known]);
  const onSight = useSight(rows, model, isShown, view.order !== 'name');
  const chosen = useChosen(rows);
  const activate = (row: IRow): void => {
    if (row.kind === 'tag') {
      run(CommandIDs.openKit, { reference: row.reference });
    } else if (row.isOpen !== null) {
      onToggle(row.key, !row.isOpen);
    } else {
      actOn({ row, model, trans, run });
    }
  };
  const press = (row: IRow, event: MouseEvent): void => {
    const isOne = event.ctrlKey || event.metaKey;
    if (row.kind === 'tag' && (isOne || event.shiftKey)) {
      chosen.choose(row, isOne ? 'toggle' : 'range');
    } else {
      activate(row);
    }
  };
  return (
    <>
      <TreeView
        {...{ rows, onSight }}
        chosen={chosen.keys}
        onChoose={chosen.choose}
        onLeave={chosen.rows.length ? chosen.clear : onLeave}
        label={trans.__('Kits')}
        className="kitops-Kits"
        height={heightOf}
        nameOf={row => (row.kind === 'store' ? trans.__('Local store') : shortName(row.label))}
        partOf={row => ({ ...partOf({ row, model, trans }), onClick: event => press(row, event) })}
        onFold={(row, isOpen) => onToggle(row.key, isOpen)}
        onActivate={activate}
      >
        {row => <RowView {...{ row, model, trans, run }} />}
      </TreeView>
      <ChosenBar {...{ chosen, trans, run }} />
    </>
  );
}

/** Typing in the search draws the tree once, when there is time for it. */
export const Tree = memo(KitTree);

/** What comes into sight is asked for: the kits of the rows, and the next page where a list continues. */
function useSight(
  rows: readonly IRow[],
  model: IKitModel,
  isShown: () => boolean,
  isOrdered: boolean
): (first: number, last: number) => void {
  const latest = useRef(rows);
  const range = useRef([0, 0]);
  // Others push, too: the lists in sight are asked again now and then, while somebody can see them.
  useEffect(() => {
    const timer = setInterval(() => {
      if (isShown() && !document.hidden) {
        const seen = latest.current.slice(...range.current);
        const repositories = seen.filter(row => row.registry && row.repository).map(row => row.repository);
        void model.look(new Set(seen.map(row => row.registry)), new Set(repositories));
      }
    }, WATCH_MS);
    return () => clearInterval(timer);
  }, [model, isShown]);
  useLayoutEffect(() => {
    latest.current = rows;
  });
  return useCallback(
    (first: number, last: number) => {
      range.current = [first, last];
      const near = latest.current.slice(first, last + NEAR);
      const seen = near.slice(0, last - first);
      const wanted = seen.filter(row => row.kind === 'tag' && !row.local);
      const rest = isOrdered ? restOf(wanted, latest.current) : [];
      model.summaries.want([...new Set([...wanted, ...rest].map(row => row.reference))]);
      for (const row of near.filter(each => each.note === 'more')) {
        void (row.repository ? model.tags(row.repository) : model.repositories(row.registry)).more();
      }
    },
    [model, isOrdered]
  );
}

/** The other tags of the repositories in sight, if they are few enough to be put in an order. */
function restOf(seen: readonly IRow[], rows: readonly IRow[]): readonly IRow[] {
  const found = new Map(seen.map(row => [row.repository, [] as IRow[]]));
  rows.forEach(row => row.kind === 'tag' && !row.local && found.get(row.repository)?.push(row));
  return [...found.values()].filter(tags => tags.length <= ORDERED).flat();
}
