import { useRef } from 'react';

import type { INode } from './node';
import { tickOf } from './node';
import type { ITreeRow } from './rows';
import type { Tree } from './tree';

interface IRanges {
  /** A tick on a row; with shift, on all rows from the one that was ticked before. */
  onTick: (row: ITreeRow, isRange: boolean) => void;
  /** Shift and an arrow: the next row becomes what this one is, or both are ticked. */
  onExtend: (from: ITreeRow, to: ITreeRow) => void;
}

/** Ticks of many rows in a go; `onDone` hears whether each could be ticked. */
export function useRanges(tree: Tree, rows: readonly ITreeRow[], onDone: (isDone: boolean) => void): IRanges {
  const last = useRef<{ key: string; isOn: boolean } | null>(null);
  const set = async (nodes: readonly INode[], isOn: boolean): Promise<void> => onDone(await tree.set(nodes, isOn));
  const onTick = async (row: ITreeRow, isRange: boolean): Promise<void> => {
    const from = isRange ? rows.findIndex(each => each.key === last.current?.key) : -1;
    if (from < 0) {
      onDone(await tree.toggle(row.node));
      last.current = { key: row.key, isOn: tickOf(row.node) !== 'none' };
      return;
    }
    const ends = [from, rows.indexOf(row)].sort((one, other) => one - other);
    const range = rows.slice(ends[0], ends[1] + 1).filter(each => !each.note);
    await set(
      range.map(each => each.node),
      last.current!.isOn
    );
  };
  return {
    onTick: (row, isRange) => void onTick(row, isRange),
    onExtend: (from, to) => {
      const isOn = last.current?.key === from.key ? last.current.isOn : true;
      last.current = { key: to.key, isOn };
      void set(
        [from, to].filter(each => !each.note).map(each => each.node),
        isOn
      );
    }
  };
}
