// The stages of a kit's life, and which tags move when one is reached.

import type { HistoryRow } from '../wire';

/** The way up, then the two places beside it. */
export const STAGES = [
  'tuning',
  'validating',
  'trained',
  'tuned',
  'challenger',
  'champion',
  'rollback',
  'retired'
] as const;

export type Stage = (typeof STAGES)[number];

/** One tag: what it names, and what it will name; empty for nothing. */
export interface IMove {
  tag: string;
  from: string;
  to: string;
}

/** What the tags name, by name. */
export const digestsOf = (rows: readonly HistoryRow[]): ReadonlyMap<string, string> =>
  new Map(rows.map(({ tag, digest }) => [tag, digest]));

/** What a promotion to a tag moves: a champion that goes leaves its place to rollback first. None when it is there. */
export function movesOf(digests: ReadonlyMap<string, string>, digest: string, to: string): IMove[] {
  const before = digests.get(to) ?? '';
  if (before === digest) {
    return [];
  }
  const move = { tag: to, from: before, to: digest };
  return to === 'champion' && before
    ? [{ tag: 'rollback', from: digests.get('rollback') ?? '', to: before }, move]
    : [move];
}
