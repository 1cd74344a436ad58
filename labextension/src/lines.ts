// The %kit line that does what the panel does: one that means exactly its words in a cell and on a terminal, or none.
// `kitops_jupyter/lines.py` writes the same lines; `tests/lines.json` holds the two together.

import type { TranslationBundle } from '@jupyterlab/translation';

/** What needs no quotes; at the start of a word zsh and IPython take `=`, `%` and `,` for more. */
const PLAIN = '(?![=%,])[A-Za-z0-9_@%+=:,./-]+';

/** What gets into no line: IPython and shells expand `{}$` in places where quotes do not help, the rest nobody sees. */
const UNSAID = '{}$\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}';

/** What `kitLine` writes for one word: bare, or in single quotes, a single quote itself in double ones. */
const WORD = `(?:${PLAIN}|'[^'${UNSAID}]*'(?:"'"'[^'${UNSAID}]*')*)`;

const ANY_UNSAID = new RegExp(`[${UNSAID}]`, 'u');
const ONE_PLAIN = new RegExp(`^${PLAIN}$`, 'u');
const WHOLE = new RegExp(`^%kit(?: ${WORD})*$`, 'u');

// eslint-disable-next-line no-control-regex -- in a cell's body IPython leaves braces alone, and lines end
const UNSAID_IN_BODY = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** The line of these words; empty when a word can't be said on a line safely, so that there is none to copy. */
export function kitLine(...words: readonly string[]): string {
  return extended('%kit', ...words);
}

/** A %kit line with more words at its end; empty when that is not a line which `kitLine` could write. */
export function extended(line: string, ...words: readonly string[]): string {
  return safeLine(line) && !words.some(word => ANY_UNSAID.test(word)) ? [line, ...words.map(quoted)].join(' ') : '';
}

/** The server's %kit line, if it is one that `kitLine` could have written; else nothing. */
export function safeLine(command: string): string {
  return WHOLE.test(command) ? command : '';
}

/** A line as a cell that has this text below it; nothing, when it has invisible characters. */
export function cellOf(line: string, body: string): string {
  return line && !UNSAID_IN_BODY.test(body) ? `%${line}\n${body}` : '';
}

/** Whether it may go into a notebook: a line of `kitLine`, or a cell of `cellOf` under one. */
export function isOffered(text: string): boolean {
  const end = text.indexOf('\n');
  return end < 0 ? safeLine(text) !== '' : cellOf(safeLine(text.slice(1, end)), text.slice(end + 1)) === text;
}

/** Why there is no line, where one would stand. */
export function noLine(trans: TranslationBundle): string {
  return trans.__('No %kit line can be offered: a name has characters that a cell would run, or invisible ones.');
}

/** A path below the server's folder so that no verb takes it for a flag or for somebody's home. */
export function pathWord(path: string): string {
  return /^[-~]/.test(path) ? `./${path}` : path || '.';
}

function quoted(word: string): string {
  return ONE_PLAIN.test(word) ? word : `'${word.replace(/'/g, `'"'"'`)}'`;
}
