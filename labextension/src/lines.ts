// The %kit line that does what the panel does: data until it is written for a place, and there it means exactly its
// words in a cell and on a terminal, or is none. `kitops_jupyter/lines.py` quotes the same; `tests/lines.json` holds
// the two together.

import type { TranslationBundle } from '@jupyterlab/translation';

/** The words behind %kit, and which of them are paths below the server's root. A body makes it a cell. */
export type LineData = { words: readonly string[]; paths: readonly number[]; body?: string };

/** Where a line goes. */
export interface IPlace {
  /** The server's root on its machine, absolute. */
  root: string;
  /** The folder of the notebook, below that root; null where none is at hand, or it is elsewhere. */
  folder: string | null;
}

/** What needs no quotes; at the start of a word zsh and IPython take `=`, `%` and `,` for more. */
const PLAIN = /^(?![=%,])[A-Za-z0-9_@%+=:,./-]+$/;

/** What gets into no line: IPython and shells expand `{}$` in places where quotes do not help, the rest nobody sees. */
const UNSAID = /[{}$\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

// eslint-disable-next-line no-control-regex -- in a cell's body IPython leaves braces alone, and lines end
const UNSAID_IN_BODY = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** What makes a kernel know the line. */
export const LOAD = '%load_ext kitops_jupyter';
const LOADS = /^\s*%(?:re)?load_ext\s+kitops_jupyter\s*$/m;

/** The line of these words. */
export function kitLine(...words: readonly string[]): LineData {
  return { words, paths: [] };
}

/** A line with more words at its end. */
export function extended(line: LineData, ...words: readonly string[]): LineData {
  return { ...line, words: [...line.words, ...words] };
}

/** Whether there is a line to write: none has characters that a cell would run, or invisible ones. */
export function isSaid({ words, body = '' }: LineData): boolean {
  return words.length > 0 && !words.some(word => UNSAID.test(word)) && !UNSAID_IN_BODY.test(body);
}

/** A line as it is typed at this place; empty when it cannot be said safely there. */
export function written(line: LineData, place: IPlace): string {
  const words = line.words.map((word, at) => (line.paths.includes(at) ? pathAt(word, place) : word));
  if (!isSaid({ ...line, words })) {
    return '';
  }
  const text = ['%kit', ...words.map(quoted)].join(' ');
  return line.body === undefined ? text : `%${text}\n${line.body}`;
}

/** The cells that put a line below others: it works only behind the one that loads the extension. */
export function cellsOf(line: string, above: readonly string[]): string[] {
  if (above.some(source => LOADS.test(source))) {
    return [line];
  }
  return line.startsWith('%%') ? [LOAD, line] : [`${LOAD}\n${line}`];
}

/** Why there is no line, where one would stand. */
export function noLine(trans: TranslationBundle): string {
  return trans.__('No %kit line can be offered: it would have characters that a cell runs, or invisible ones.');
}

/** A path below the server's root, as it is named elsewhere: from the notebook's folder, or in full; a dot stays. */
function pathAt(named: string, { root, folder }: IPlace): string {
  if (/^(?:\/|[A-Za-z]:[\\/])/.test(named)) {
    return named;
  }
  const path = named.replace(/^\.(?:\/|$)/, '');
  if (folder === null) {
    return inFull(path, root);
  }
  const [from, to] = [folder, path].map(each => each.split('/').filter(Boolean));
  const differs = from.findIndex((name, at) => name !== to[at]);
  const shared = differs < 0 ? from.length : differs;
  const found = [...from.slice(shared).fill('..'), ...to.slice(shared)].join('/') || '.';
  return /^[-~]/.test(found) || (path !== named && !found.startsWith('.')) ? `./${found}` : found;
}

/** A path below the server's root, in full. */
export function inFull(path: string, root: string): string {
  return [root.replace(/\/$/, ''), path].filter((part, at) => !at || part).join('/') || '/';
}

function quoted(word: string): string {
  return PLAIN.test(word) ? word : `'${word.replace(/'/g, `'"'"'`)}'`;
}
