// A unified diff as two sides: which line stands beside which. Nothing here draws.

/** A line of one side: its number there, and its text, of which the middle part is what changed. */
interface ISideLine {
  number: string;
  /** What is the same as on the other side, what is not, and what is the same again. */
  parts: readonly [string, string, string];
  change: 'added' | 'removed' | 'same' | 'note';
}

/** What stands beside what; `where` is the head of a hunk, over both. */
export interface ISideRow {
  where: string;
  before: ISideLine | null;
  after: ISideLine | null;
}

const HUNK = /^@@ -(\d+)(?:,\d+)? \+(\d+)/;

/** The rows of a unified diff. Lines that were removed stand beside those that took their place. */
export function sideBySide(lines: readonly string[]): ISideRow[] {
  const rows: ISideRow[] = [];
  let [before, after] = [1, 1];
  let removed: ISideLine[] = [];
  let added: ISideLine[] = [];
  const flush = (): void => {
    for (let at = 0; at < Math.max(removed.length, added.length); at++) {
      rows.push(paired(removed[at] ?? null, added[at] ?? null));
    }
    [removed, added] = [[], []];
  };
  for (const line of lines) {
    const hunk = HUNK.exec(line);
    const text = line.slice(1);
    if (hunk) {
      flush();
      [before, after] = [Number(hunk[1]), Number(hunk[2])];
      rows.push({ where: line, before: null, after: null });
    } else if (line.startsWith('-')) {
      removed.push({ number: String(before++), parts: [text, '', ''], change: 'removed' });
    } else if (line.startsWith('+')) {
      added.push({ number: String(after++), parts: [text, '', ''], change: 'added' });
    } else if (line.startsWith('\\')) {
      (added.length ? added : removed).push({ number: '', parts: [text.trim(), '', ''], change: 'note' });
    } else {
      flush();
      const same = { parts: [text, '', ''], change: 'same' } as const;
      rows.push({
        where: '',
        before: { ...same, number: String(before++) },
        after: { ...same, number: String(after++) }
      });
    }
  }
  flush();
  return rows;
}

function paired(before: ISideLine | null, after: ISideLine | null): ISideRow {
  if (before?.change !== 'removed' || after?.change !== 'added') {
    return { where: '', before, after };
  }
  const [one, two] = [before.parts[0], after.parts[0]];
  const shorter = Math.min(one.length, two.length);
  let start = 0;
  while (start < shorter && one[start] === two[start]) {
    start += 1;
  }
  let end = 0;
  while (end < shorter - start && one[one.length - 1 - end] === two[two.length - 1 - end]) {
    end += 1;
  }
  const cut = (text: string): ISideLine['parts'] => [
    text.slice(0, start),
    text.slice(start, text.length - end),
    text.slice(text.length - end)
  ];
  return { where: '', before: { ...before, parts: cut(one) }, after: { ...after, parts: cut(two) } };
}

/** For each line of a diff its number in the file: of what was removed in the one before, else in the one after. */
export function numbersOf(lines: readonly string[]): string[] {
  let [before, after] = [0, 0];
  return lines.map(line => {
    const hunk = HUNK.exec(line);
    if (hunk) {
      [before, after] = [Number(hunk[1]), Number(hunk[2])];
      return '';
    }
    if (line.startsWith('\\')) {
      return '';
    }
    const isRemoved = line.startsWith('-');
    const number = isRemoved ? before : after;
    before += line.startsWith('+') ? 0 : 1;
    after += isRemoved ? 0 : 1;
    return String(number);
  });
}
