// Numbers and names for people. Names come from registries and kits: strangers wrote them.

import type { TranslationBundle } from '@jupyterlab/translation';

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

/** How much of it is done, from 0 to 1; null when the whole is not known. */
export function share(done: number, total: number | null): number | null {
  return total === null || total <= 0 ? null : Math.min(1, Math.max(0, done / total));
}

/** How long ago, as short as a column is: "3 h". Empty for no time, or one that is none. */
export function age(time: string, trans: TranslationBundle, now = Date.now()): string {
  const then = Date.parse(time);
  if (Number.isNaN(then)) {
    return '';
  }
  const seconds = Math.max(0, (now - then) / 1000);
  if (seconds < 60) {
    return trans.__('now');
  }
  if (seconds < 3600) {
    return trans.__('%1 min', Math.floor(seconds / 60));
  }
  if (seconds < 86400) {
    return trans.__('%1 h', Math.floor(seconds / 3600));
  }
  if (seconds < 86400 * 60) {
    return trans.__('%1 d', Math.floor(seconds / 86400));
  }
  if (seconds < 86400 * 730) {
    return trans.__('%1 mo', Math.floor(seconds / (86400 * 30.44)));
  }
  return trans.__('%1 y', Math.floor(seconds / (86400 * 365)));
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
