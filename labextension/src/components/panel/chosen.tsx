import type { TranslationBundle } from '@jupyterlab/translation';
import { closeIcon } from '@jupyterlab/ui-components';
import type { JSX } from 'react';
import { useCallback, useMemo, useState } from 'react';

import { CommandIDs } from '../../tokens';
import { IconButton, TextButton } from '../shared/parts';
import type { IRow } from './rows';
import type { Run } from './types';

/** What a press on a row chooses: it too, or all from the last one to it. */
type Choosing = 'toggle' | 'range';

interface IChosen {
  /** In the order in which they were chosen. */
  rows: readonly IRow[];
  keys: ReadonlySet<string>;
  choose: (row: IRow, how: Choosing) => void;
  clear: () => void;
}

/** The tags that somebody chose, as far as they are in the tree. */
export function useChosen(rows: readonly IRow[]): IChosen {
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [anchor, setAnchor] = useState('');
  const there = useMemo(() => {
    const wanted = new Set(chosen);
    const byKey = new Map(rows.filter(row => wanted.has(row.key)).map(row => [row.key, row]));
    return chosen.flatMap(key => byKey.get(key) ?? []);
  }, [rows, chosen]);
  const keys = useMemo(() => new Set(there.map(({ key }) => key)), [there]);
  const choose = (row: IRow, how: Choosing): void => {
    const from = rows.findIndex(({ key }) => key === anchor);
    if (how === 'range' && from >= 0) {
      const to = rows.indexOf(row);
      const between = rows.slice(Math.min(from, to), Math.max(from, to) + 1).filter(({ kind }) => kind === 'tag');
      const ordered = (from <= to ? between : between.reverse()).map(({ key }) => key);
      setChosen(before => [...new Set([...before, ...ordered])]);
    } else if (row.kind === 'tag') {
      setAnchor(row.key);
      setChosen(before => (keys.has(row.key) ? before.filter(key => key !== row.key) : [...before, row.key]));
    }
  };
  const clear = useCallback(() => setChosen(before => (before.length ? [] : before)), []);
  return { rows: there, keys, choose, clear };
}

interface IChosenBarProps {
  chosen: IChosen;
  trans: TranslationBundle;
  run: Run;
}

/** What can be done with the tags that were chosen. */
export function ChosenBar({ chosen: { rows, clear }, trans, run }: IChosenBarProps): JSX.Element | null {
  if (!rows.length) {
    return null;
  }
  const kits = rows.map(({ reference, registry }) => ({ reference, isRemote: registry !== '' }));
  const [first, second] = rows;
  const isPair = rows.length === 2;
  return (
    <div className="kitops-Chosen-bar" role="toolbar" aria-label={trans.__('The tags that you chose')}>
      <span className="kitops-Chosen-count" role="status">
        {trans._n('%1 chosen', '%1 chosen', rows.length)}
      </span>
      <TextButton
        disabled={!isPair}
        title={isPair ? trans.__('What changed from the first to the second') : trans.__('Choose two to compare them')}
        onClick={() => run(CommandIDs.openKit, { reference: first.reference, other: second.reference })}
      >
        {trans.__('Compare')}
      </TextButton>
      <TextButton onClick={() => run(CommandIDs.remove, { kits })}>{trans.__('Remove…')}</TextButton>
      <IconButton icon={closeIcon} label={trans.__('Choose none')} onClick={clear} />
    </div>
  );
}
