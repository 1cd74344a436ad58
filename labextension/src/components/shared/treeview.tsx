import type { HTMLAttributes, JSX, KeyboardEvent, ReactNode, RefObject } from 'react';
import { useLayoutEffect, useMemo, useRef, useState } from 'react';

import type { ITreeItem } from './tree';
import { actOf, placesOf, restOf, TypeAhead } from './tree';
import { reveal, Virtual } from './virtual';

interface ITreeViewProps<T extends ITreeItem> {
  rows: readonly T[];
  label: string;
  className: string;
  /** In pixels, known before it is drawn. */
  height: (row: T) => number;
  /** What typing finds it by. */
  nameOf: (row: T) => string;
  /** What the row's element is beyond a row of a tree. */
  partOf: (row: T) => HTMLAttributes<HTMLElement> & { [data: `data-${string}`]: string | undefined };
  onFold: (row: T, isOpen: boolean) => void;
  /** Enter. */
  onActivate: (row: T) => void;
  /** The space bar, in a tree whose rows can be ticked; else it does what Enter does. */
  onTick?: (row: T, isRange: boolean) => void;
  /** An arrow key with shift: from this row to the next. */
  onExtend?: (from: T, to: T) => void;
  /** The rows that are chosen: Ctrl or Shift with the space bar, or with the arrows, chooses more. */
  chosen?: ReadonlySet<string>;
  onChoose?: (row: T, how: 'toggle' | 'range') => void;
  /** Escape. */
  onLeave?: () => void;
  onSight?: (first: number, last: number) => void;
  children: (row: T) => ReactNode;
}

/** A tree of which only the rows in sight are in the page: one row has the focus and the place in the order of tabs. */
export function TreeView<T extends ITreeItem>(props: ITreeViewProps<T>): JSX.Element {
  const { rows, label, className, height, partOf, chosen, onTick, onSight, children } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [was, setWas] = useState<{ index: number; item: ITreeItem } | null>(null);
  const places = useMemo(() => placesOf(rows), [rows]);
  const at = restOf(rows, was);
  const focus = useFocus(scroller, rows[at]?.key ?? null, was?.item.key ?? null);
  const rest = (index: number): void => setWas({ index, item: rows[index] });
  const go = (index: number): void => {
    if (rows[index] && scroller.current) {
      reveal(scroller.current, rows, height, index);
      focus.want();
      rest(index);
    }
  };
  const onKeyDown = useKeys(props, at, go);
  return (
    <div
      ref={scroller}
      className={`kitops-Tree ${className}`}
      role="tree"
      aria-label={label}
      aria-multiselectable={onTick || chosen ? true : undefined}
      onKeyDown={onKeyDown}
      onFocus={() => focus.have(true)}
      onBlur={event => event.relatedTarget && focus.have(event.currentTarget.contains(event.relatedTarget))}
    >
      <Virtual {...{ rows, height, onSight }} keyOf={row => row.key} kept={at}>
        {(row, index) => (
          <div
            {...partOf(row)}
            role="treeitem"
            aria-level={row.level}
            aria-expanded={row.isOpen ?? undefined}
            aria-setsize={places.counts.get(row.parent)}
            aria-posinset={places.positions[index]}
            aria-selected={onTick ? undefined : chosen ? chosen.has(row.key) : index === at}
            data-key={row.key}
            tabIndex={index === at ? 0 : -1}
            onFocus={() => rest(index)}
          >
            {children(row)}
          </div>
        )}
      </Virtual>
    </div>
  );
}

/** The keys of the tree, from its rows and from what stands in them: there Enter and the space bar are not the tree's. */
function useKeys<T extends ITreeItem>(
  { rows, height, nameOf, onFold, onActivate, onTick = onActivate, onExtend, onChoose, onLeave }: ITreeViewProps<T>,
  at: number,
  go: (index: number) => void
): (event: KeyboardEvent<HTMLElement>) => void {
  const typed = useMemo(() => new TypeAhead(), []);
  return event => {
    const { key, currentTarget, target } = event;
    const row = rows[at];
    const isPress = key === 'Enter' || key === ' ';
    const isOther = isPress && !(target as HTMLElement).matches('[role=treeitem]');
    if (row && onChoose && !isOther && !event.altKey && chosenBy(event)) {
      event.preventDefault();
      event.stopPropagation();
      const to = key === ' ' ? null : actOf(key, rows, at, 1);
      if (to?.do === 'go' && rows[to.to]) {
        onChoose(row, 'range');
        onChoose(rows[to.to], 'range');
        return go(to.to);
      }
      return key === ' ' ? onChoose(row, event.shiftKey ? 'range' : 'toggle') : undefined;
    }
    if (!row || isOther || event.altKey || event.ctrlKey || event.metaKey) {
      return;
    }
    const page = Math.max(1, Math.floor(currentTarget.clientHeight / height(row)) - 1);
    const act = actOf(key, rows, at, page);
    if (act ? act.do === 'leave' && !onLeave : [...key].length !== 1) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    switch (act?.do) {
      case 'go':
        if (event.shiftKey && isStep(key) && rows[act.to]) {
          onExtend?.(row, rows[act.to]);
        }
        return go(act.to);
      case 'fold':
        return act.rows.forEach(index => onFold(rows[index], act.isOpen));
      case 'activate':
        return onActivate(row);
      case 'tick':
        return onTick(row, event.shiftKey);
      case 'leave':
        return onLeave?.();
      default:
        return go(typed.find(key, rows, at, index => nameOf(rows[index])));
    }
  };
}

const isStep = (key: string): boolean => key === 'ArrowDown' || key === 'ArrowUp';

/** Whether a key chooses rows: Ctrl or Shift with the space bar, Shift with an arrow. */
const chosenBy = ({ key, ctrlKey, metaKey, shiftKey }: KeyboardEvent<HTMLElement>): boolean =>
  key === ' ' ? ctrlKey || metaKey || shiftKey : shiftKey && !ctrlKey && isStep(key);

/** Puts the focus on the row that rests when a key asked for it, or when the row that had it is gone. */
function useFocus(
  scroller: RefObject<HTMLElement>,
  key: string | null,
  before: string | null
): { want: () => void; have: (has: boolean) => void } {
  const wants = useRef(false);
  const has = useRef(false);
  useLayoutEffect(() => {
    const { activeElement, body } = document;
    const isLost = has.current && before !== null && before !== key && (!activeElement || activeElement === body);
    if (wants.current || isLost) {
      wants.current = false;
      const nodes = scroller.current?.querySelectorAll<HTMLElement>('[role=treeitem]') ?? [];
      [...nodes].find(node => node.dataset.key === key)?.focus({ preventScroll: true });
    }
  });
  return {
    want: () => {
      wants.current = true;
    },
    have: isHere => {
      has.current = isHere;
    }
  };
}
