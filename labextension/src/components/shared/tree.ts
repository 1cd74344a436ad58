// The law of a tree: what each key does at each row. Nothing here draws.
// Source: WAI-ARIA Authoring Practices, "Tree View Pattern", "Keyboard Interaction".

/** A row of a tree that is shown as a flat list, each behind its parent. */
export interface ITreeItem {
  /** Names it among all rows; a note keeps its key while what it says changes. */
  readonly key: string;
  readonly parent: string | null;
  readonly level: number;
  /** Null for a row that has nothing below it. */
  readonly isOpen: boolean | null;
  /** Whether the keyboard rests on it: a note with nothing to press is passed over. */
  readonly isStop: boolean;
}

/** What a key asks for: to rest on another row, to open or close rows, or what the tree's owner does with this one. */
type Act =
  | { readonly do: 'go'; readonly to: number }
  | { readonly do: 'fold'; readonly rows: readonly number[]; readonly isOpen: boolean }
  | { readonly do: 'activate' | 'tick' | 'leave' };

/** `*` opens the neighbours of a row; each may be a question to a registry, so it opens this many at a time. */
export const OPENED_AT_ONCE = 50;

/** Letters that follow each other as quickly as this are one name. */
const TYPED_MS = 700;

/** What a key does on row `at`; null for a key that is not the tree's. `page` is how many rows are in sight. */
export function actOf(key: string, rows: readonly ITreeItem[], at: number, page: number): Act | null {
  const row = rows[at];
  const last = rows.length - 1;
  switch (key) {
    case 'ArrowDown':
      return go(stop(rows, at + 1, 1));
    case 'ArrowUp':
      return go(stop(rows, at - 1, -1));
    case 'PageDown':
      return go(stop(rows, Math.min(last, at + page), -1));
    case 'PageUp':
      return go(stop(rows, Math.max(0, at - page), 1));
    case 'Home':
      return go(stop(rows, 0, 1));
    case 'End':
      return go(stop(rows, last, -1));
    case 'ArrowRight':
      return row.isOpen ? go(firstBelow(rows, at)) : fold(row.isOpen === false ? [at] : [], true);
    case 'ArrowLeft':
      return row.isOpen ? fold([at], false) : go(rows.findIndex(each => each.key === row.parent));
    case '*':
      return fold(closedBeside(rows, at), true);
    case 'Enter':
      return { do: 'activate' };
    case ' ':
      return { do: 'tick' };
    case 'Escape':
      return { do: 'leave' };
    default:
      return null;
  }
}

/** Where the tree rests when its rows have changed: on the same row, else where that was, else on its parent. */
export function restOf(rows: readonly ITreeItem[], was: { index: number; item: ITreeItem } | null): number {
  const find = (key: string | null): number => rows.findIndex(each => each.key === key);
  const same = was ? find(was.item.key) : -1;
  if (!was || same >= 0) {
    return Math.max(0, same);
  }
  const there = rows[was.index];
  const isBeside = there?.isStop && there.parent === was.item.parent;
  return isBeside ? was.index : Math.max(0, find(was.item.parent));
}

/** Position and number of each row among those of the same parent, as a screen reader tells them. */
export function placesOf(rows: readonly ITreeItem[]): {
  positions: number[];
  counts: ReadonlyMap<string | null, number>;
} {
  const counts = new Map<string | null, number>();
  const positions = rows.map(({ parent }) => {
    const position = (counts.get(parent) ?? 0) + 1;
    counts.set(parent, position);
    return position;
  });
  return { positions, counts };
}

/** What was typed goes to the next row whose name begins so; one letter again and again goes from one to the next. */
export class TypeAhead {
  constructor(private readonly _now: () => number = Date.now) {}

  /** The row to go to; -1 when no name begins so. */
  find(letter: string, rows: readonly ITreeItem[], at: number, nameOf: (index: number) => string): number {
    const now = this._now();
    this._typed = now - this._last > TYPED_MS ? letter : this._typed + letter;
    this._last = now;
    const isOneLetter = [...this._typed].every(each => each === letter);
    const sought = (isOneLetter ? letter : this._typed).toLocaleLowerCase();
    for (let step = isOneLetter ? 1 : 0; step <= rows.length; step++) {
      const index = (at + step) % rows.length;
      if (rows[index].isStop && nameOf(index).toLocaleLowerCase().startsWith(sought)) {
        return index;
      }
    }
    return -1;
  }

  private _last = 0;
  private _typed = '';
}

const go = (to: number): Act => ({ do: 'go', to });

const fold = (rows: readonly number[], isOpen: boolean): Act => ({ do: 'fold', rows, isOpen });

/** The next row to rest on, from here in this direction; -1 for none. */
function stop(rows: readonly ITreeItem[], from: number, step: number): number {
  let index = from;
  while (index >= 0 && index < rows.length && !rows[index].isStop) {
    index += step;
  }
  return index < rows.length ? index : -1;
}

function firstBelow(rows: readonly ITreeItem[], at: number): number {
  const below = stop(rows, at + 1, 1);
  return rows[below]?.level > rows[at].level ? below : -1;
}

/** The rows of the same parent that are closed: from here on first. */
function closedBeside(rows: readonly ITreeItem[], at: number): number[] {
  const all = rows.flatMap((row, index) => (row.parent === rows[at].parent && row.isOpen === false ? [index] : []));
  const from = Math.max(
    0,
    all.findIndex(index => index >= at)
  );
  return [...all.slice(from), ...all.slice(0, from)].slice(0, OPENED_AT_ONCE);
}
