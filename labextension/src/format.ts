// Numbers and names for people. Names come from registries and kits: strangers wrote them.

import { Time } from '@jupyterlab/coreutils';

const UNITS = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** A size as kit prints it: whole bytes below 1 KiB, then one digit, rounded down. */
export function size(bytes: number): string {
  if (!(bytes >= 1024)) {
    return `${Math.max(0, Math.floor(bytes || 0))} B`;
  }
  let power = 1;
  while (power < UNITS.length && bytes >= 1024 ** (power + 1)) {
    power += 1;
  }
  const tenths = Math.floor((bytes * 10) / 1024 ** power);
  return `${Math.floor(tenths / 10)}.${tenths % 10} ${UNITS[power - 1]}`;
}

/** A number with at most six digits, as kit prints it. */
export function shortNumber(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/** How much of it is done, from 0 to 1; null when the whole is not known. */
export function share(done: number, total: number | null): number | null {
  return total === null || total <= 0 ? null : Math.min(1, Math.max(0, done / total));
}

/** How long ago, as short as a column is: "3h ago". Empty for no time, or one that is none; a later one is now. */
export function age(time: string): string {
  const then = Date.parse(time);
  return Number.isNaN(then) ? '' : Time.formatHuman(new Date(Math.min(then, Date.now())), 'narrow');
}

/** The whole time, for a title; empty for none. */
export function moment(time: string): string {
  const then = Date.parse(time);
  return Number.isNaN(then) ? '' : new Date(then).toLocaleString();
}

const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** A stranger's text on one line: what can't be seen, or turns the direction of what follows, is shown as a mark. */
export function inert(text: string, limit = 300): string {
  const shown = text.slice(0, limit + 1).replace(UNSEEN, '\u{fffd}');
  return shown.length > limit ? `${shown.slice(0, limit)}…` : shown;
}

/** The first characters of a digest, as git shows a commit. */
export function shortDigest(digest: string): string {
  const [algorithm, hex] = digest.split(':', 2);
  return hex ? `${algorithm}:${hex.slice(0, 12)}` : digest.slice(0, 12);
}

/** A kit of the local store has no registry to speak of. */
export function shortName(reference: string): string {
  return reference.startsWith('localhost/') ? reference.slice('localhost/'.length) : reference;
}

/** The end of a name, which tells more than its beginning where there is little room. */
export function lastName(reference: string): string {
  return reference.slice(reference.lastIndexOf('/') + 1);
}
