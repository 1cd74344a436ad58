// Tags as kits: each once, however many tags name it.

import type { ComparedTag } from '../../wire';

export type Value = number | string | boolean | null;

/** Whether a kit was packed with metrics or parameters. */
export const hasNumbers = ({ metrics, params }: ComparedTag): boolean =>
  Object.keys(metrics).length + Object.keys(params).length > 0;

/** Each kit once, with all its tags, from the oldest to the newest; those without a time first. */
export function byDigest(tags: readonly ComparedTag[]): { labels: string[]; tag: ComparedTag }[] {
  const found = new Map<string, { labels: string[]; tag: ComparedTag }>();
  for (const tag of tags.filter(({ problem }) => !problem)) {
    const known = found.get(tag.digest);
    if (known) {
      known.labels.push(tag.tag);
    } else {
      found.set(tag.digest, { labels: [tag.tag], tag });
    }
  }
  return [...found.values()].sort((one, two) => between(one.tag.created, two.tag.created));
}

/** Numbers before texts; `v10` behind `v9`. */
export function between(one: Value | undefined, two: Value | undefined): number {
  if (typeof one === 'number' && typeof two === 'number') {
    return one - two;
  }
  const kinds = Number(typeof one !== 'number') - Number(typeof two !== 'number');
  return kinds || String(one).localeCompare(String(two), undefined, { numeric: true });
}
