// The order of a repository's tags: by what their rows say already, never by asking for each.

import type { IKitModel, Pages, TagOrder } from '../../model';

/** Of so many tags the kits are read to put them in order, in one question; more stay in the order of their names. */
export const ORDERED = 50;

interface ISaid {
  created: string;
  size_bytes: number;
}

/** The items in this order; those of which nothing is known, or nothing can be read, stay last as they stood. */
export function inOrder<T>(items: readonly T[], order: TagOrder, saidOf: (item: T) => ISaid | null): readonly T[] {
  if (order === 'name') {
    return items;
  }
  const keyed = items.map(item => {
    const said = saidOf(item);
    const value = said && (order === 'newest' ? Date.parse(said.created) || 0 : said.size_bytes);
    return { item, value: value ?? -1 };
  });
  return keyed.sort((one, two) => two.value - one.value).map(({ item }) => item);
}

/** Whether tags of a registry's repository can be put in an order: they are all here, and few enough to read. */
export function canOrder(tags: Pages): boolean {
  return !tags.hasMore && tags.items.length <= ORDERED;
}

/** The tags of a registry's repository in this order, once all their kits are known: until then no row jumps about. */
export function tagsInOrder(
  model: IKitModel,
  repository: string,
  names: readonly string[],
  order: TagOrder
): readonly string[] {
  const said = (tag: string): ISaid | null => {
    const summary = model.summaries.get(`${repository}:${tag}`);
    return summary && !summary.error ? summary : null;
  };
  const isKnown = names.every(tag => model.summaries.get(`${repository}:${tag}`) !== undefined);
  return isKnown ? inOrder(names, order, said) : names;
}
