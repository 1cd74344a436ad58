import type { JSX, Key, ReactNode, RefObject } from 'react';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';

/** Rows drawn above and below what is seen, so that a quick wheel shows no gap. */
const SPARE = 6;

interface IVirtualProps<T> {
  rows: readonly T[];
  /** The height of a row in pixels: known before it is drawn. */
  height: (row: T) => number;
  keyOf: (row: T) => Key;
  children: (row: T, index: number) => ReactNode;
  /** A row that stays drawn wherever it is, as it has the focus; -1 for none. */
  kept?: number;
  /** The rows that are in sight now. */
  onSight?: (first: number, last: number) => void;
}

/** A long list in an element that scrolls, of which only the rows in sight are elements of the page. */
export function Virtual<T>({ rows, height, keyOf, children, kept = -1, onSight }: IVirtualProps<T>): JSX.Element {
  const tops = useMemo(() => topsOf(rows, height), [rows, height]);
  const own = useRef<HTMLDivElement>(null);
  const seen = useSeen(own);
  const first = rowAt(tops, seen.top);
  const last = Math.min(rows.length, rowAt(tops, seen.top + seen.height) + 1);
  useEffect(() => onSight?.(first, last), [onSight, first, last, rows]);
  const drawn: number[] = [];
  const from = Math.max(0, first - SPARE);
  const to = Math.min(rows.length, last + SPARE);
  if (kept >= 0 && kept < from) {
    drawn.push(kept);
  }
  for (let index = from; index < to; index++) {
    drawn.push(index);
  }
  if (kept >= to && kept < rows.length) {
    drawn.push(kept);
  }
  return (
    <div ref={own} className="kitops-Virtual" role="presentation" style={{ height: tops[rows.length] }}>
      {drawn.map(index => (
        <div
          key={keyOf(rows[index])}
          className="kitops-Virtual-place"
          role="presentation"
          style={{ top: tops[index], height: tops[index + 1] - tops[index] }}
        >
          {children(rows[index], index)}
        </div>
      ))}
    </div>
  );
}

/** Bring a row into sight, moving as little as can be. */
export function reveal<T>(scroller: HTMLElement, rows: readonly T[], height: (row: T) => number, index: number): void {
  const tops = topsOf(rows.slice(0, index + 1), height);
  const [top, bottom] = [tops[index], tops[index + 1]];
  if (top < scroller.scrollTop) {
    scroller.scrollTop = top;
  } else if (bottom > scroller.scrollTop + scroller.clientHeight) {
    scroller.scrollTop = bottom - scroller.clientHeight;
  }
}

function topsOf<T>(rows: readonly T[], height: (row: T) => number): Float64Array {
  const tops = new Float64Array(rows.length + 1);
  rows.forEach((row, index) => {
    tops[index + 1] = tops[index] + height(row);
  });
  return tops;
}

/** The row at this height, by halving. */
function rowAt(tops: Float64Array, y: number): number {
  let low = 0;
  let high = Math.max(0, tops.length - 2);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (tops[middle] <= y) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

function useSeen(own: RefObject<HTMLElement>): { top: number; height: number } {
  const [seen, setSeen] = useState({ top: 0, height: 0 });
  useLayoutEffect(() => {
    const node = own.current?.parentElement;
    if (!node) {
      return;
    }
    const look = (): void => {
      const [top, height] = [node.scrollTop, node.clientHeight];
      setSeen(before => (before.top === top && before.height === height ? before : { top, height }));
    };
    const sizes = new ResizeObserver(look);
    sizes.observe(node);
    node.addEventListener('scroll', look, { passive: true });
    look();
    return () => {
      sizes.disconnect();
      node.removeEventListener('scroll', look);
    };
  }, [own]);
  return seen;
}
