// The panel's tree as a flat list: what is open, in order. Nothing here draws, so that 10,000 tags cost a loop.

import { KitError } from '../../client';
import { shortDigest } from '../../format';
import type { IKitModel, Pages, TagOrder, TagSearch } from '../../model';
import { SEARCHED } from '../../model';
import type { LocalTag, RegistryRow } from '../../wire';
import type { ITreeItem } from '../shared/tree';
import { canOrder, inOrder, tagsInOrder } from './order';

type RowKind = 'store' | 'heading' | 'registry' | 'repository' | 'tag' | 'note';

/** Why a row stands where names were expected. */
export type Note =
  | 'loading'
  | 'more'
  | 'empty'
  | 'nothing-found'
  | 'by-name'
  | 'error'
  | 'sign-in'
  | 'no-catalog'
  | 'no-registry'
  | 'searching'
  | 'searched'
  | 'searched-all'
  | 'search-more';

/** Its key names it also in what is remembered. */
export interface IRow extends ITreeItem {
  kind: RowKind;
  label: string;
  /** The registry's name; empty in the local store. */
  registry: string;
  /** REGISTRY/REPOSITORY as references begin. */
  repository: string;
  reference: string;
  note: Note | null;
  error: KitError | null;
  local: LocalTag | null;
  tags: readonly string[];
  row: RegistryRow | null;
  /** How far the registry's tags were looked through. */
  search: TagSearch | null;
  /** Those of the registries that were looked through to their ends. */
  searched: readonly TagSearch[];
}

export interface IView {
  open: ReadonlySet<string>;
  query: string;
  order: TagOrder;
  /** Repositories that a person named, of registries that list none. */
  named: { readonly [registry: string]: readonly string[] };
}

const STORE = 'store';

const BLANK = {
  isOpen: null,
  parent: null,
  isStop: true,
  registry: '',
  repository: '',
  reference: '',
  note: null,
  error: null,
  local: null,
  tags: [],
  row: null,
  search: null,
  searched: []
} as const;

/** What the tree shows; asks for the first page of what was opened and not yet looked at. */
export function rowsOf(model: IKitModel, view: IView): IRow[] {
  const query = view.query.trim().toLowerCase();
  const rows: IRow[] = [];
  addStore(rows, model, view, query);
  if (model.registries.length) {
    rows.push({ ...BLANK, key: 'registries', kind: 'heading', level: 1, label: '', parent: 'heading', isStop: false });
  }
  const searched: TagSearch[] = [];
  for (const registry of model.registries) {
    addRegistry(rows, model, view, query, registry, searched);
  }
  if (searched.length) {
    rows.push({ ...note('searched-all', 'searched', 1), searched });
  }
  if (!model.registries.length && model.server === 'ready') {
    rows.push(note('no-registry', null, 1));
  }
  return rows;
}

/** Notes with a button. */
const OFFERS = new Set<Note>(['error', 'sign-in', 'no-catalog', 'no-registry', 'searching', 'search-more']);

function addStore(rows: IRow[], model: IKitModel, view: IView, query: string): void {
  const isOpen = view.open.has(STORE) || query !== '';
  rows.push({ ...BLANK, key: STORE, kind: 'store', level: 1, label: '', isOpen });
  if (!isOpen) {
    return;
  }
  if (model.localError) {
    rows.push(note('error', STORE, 2, model.localError));
    return;
  }
  const before = rows.length;
  for (const { name, tags } of model.local?.repositories ?? []) {
    const isNamed = name.toLowerCase().includes(query);
    const found = isNamed ? tags : tags.filter(each => each.tag.toLowerCase().includes(query) || isOf(each, query));
    if (!found.length) {
      continue;
    }
    const key = `${STORE} ${name}`;
    const isRowOpen = view.open.has(key) || (query !== '' && !isNamed);
    rows.push({
      ...BLANK,
      key,
      kind: 'repository',
      level: 2,
      label: name,
      isOpen: isRowOpen,
      parent: STORE,
      repository: name,
      tags: tags.map(each => each.tag).filter(Boolean)
    });
    const shown = inOrder(found, view.order, each => (each.problem ? null : each));
    for (const local of isRowOpen ? shown : []) {
      const { tag, reference, digest } = local;
      rows.push({
        ...BLANK,
        key: `${STORE} ${reference}`,
        kind: 'tag',
        level: 3,
        label: tag || shortDigest(digest),
        parent: key,
        repository: name,
        reference,
        local
      });
    }
  }
  const problems = model.local?.problems ?? [];
  if (problems.length) {
    rows.push(note('error', STORE, 2, new KitError('unreadable', problems.join('\n'))));
  } else if (rows.length === before) {
    rows.push(note(model.local ? (query ? 'nothing-found' : 'empty') : 'loading', STORE, 2));
  }
}

/** What was looked through to its end without a fault is reported once, of all registries together. */
function addRegistry(
  rows: IRow[],
  model: IKitModel,
  view: IView,
  query: string,
  row: RegistryRow,
  searched: TagSearch[]
): void {
  const key = `registry ${row.name}`;
  const isUnfolded = view.open.has(key);
  const isOpen = isUnfolded || query.length >= SEARCHED;
  rows.push({ ...BLANK, key, kind: 'registry', level: 1, label: row.name, isOpen, registry: row.name, row });
  if (!isOpen) {
    return;
  }
  const pages = model.repositories(row.name);
  const before = rows.length;
  const named = view.named[row.name] ?? [];
  const search = query ? model.searches.get(row.name) : undefined;
  const first = [...named, ...(search?.found.keys() ?? [])];
  for (const name of first.length ? new Set([...first, ...pages.items]) : pages.items) {
    addRepository(rows, model, view, query, row, key, name, search?.found.get(name));
  }
  const rest = restOf(pages, rows.length > before, query, failedCatalog(pages.error, row.signed_in_as !== ''));
  // What nobody opened is searched along: why its list failed is said by how far the search came.
  if (rest && (isUnfolded || rest === 'loading' || rest === 'more')) {
    rows.push({ ...note(rest, key, 2, pages.error), registry: row.name, row });
  }
  if (search && !search.isLooking && !search.hasMore && !search.error && !search.unread) {
    searched.push(search);
  } else if (search && !(isUnfolded && pages.state === 'failed')) {
    const said = search.isLooking ? 'searching' : search.hasMore && search.repositories ? 'search-more' : 'searched';
    rows.push({ ...note(said, key, 2), key: `${key} search`, registry: row.name, row, search });
  }
}

/** Whether the text is a part of the kit's digest that is long enough to mean it. */
const isOf = ({ digest }: LocalTag, query: string): boolean =>
  /^(?:sha256:)?[0-9a-f]{6,64}$/.test(query) && digest.includes(query);

function addRepository(
  rows: IRow[],
  model: IKitModel,
  view: IView,
  query: string,
  row: RegistryRow,
  parent: string,
  name: string,
  tagged: readonly string[] = []
): void {
  const repository = `${row.name}/${name}`;
  const key = `repository ${repository}`;
  const isUnfolded = view.open.has(key);
  const isNamed = !query || repository.toLowerCase().includes(query);
  const isOpen = isUnfolded || (!isNamed && tagged.length > 0);
  const tags = isUnfolded ? model.tags(repository) : null;
  const known = tags && !isNamed ? tags.items.filter(each => each.toLowerCase().includes(query)) : (tags?.items ?? []);
  const found = isNamed || !tagged.length ? known : [...new Set([...known, ...tagged])];
  if (!isNamed && !found.length && !(tags && tags.hasMore)) {
    return;
  }
  const below = { ...BLANK, registry: row.name, repository, row };
  rows.push({ ...below, key, kind: 'repository', level: 2, label: name, isOpen, parent });
  if (!isOpen) {
    return;
  }
  const isOrdered = view.order !== 'name' && tags !== null && canOrder(tags);
  if (view.order !== 'name' && tags?.items.length && !isOrdered) {
    rows.push({ ...note('by-name', key, 3), key: `${key} order` });
  }
  for (const tag of isOrdered ? tagsInOrder(model, repository, found, view.order) : found) {
    const reference = `${repository}:${tag}`;
    rows.push({ ...below, key: `tag ${reference}`, kind: 'tag', level: 3, label: tag, parent: key, reference });
  }
  const rest = tags && restOf(tags, found.length > 0, query, failedTags(tags.error));
  if (rest) {
    rows.push({ ...note(rest, key, 3, tags.error), registry: row.name, repository, row });
  }
}

/** What stands at the end of a list that comes in pages. */
function restOf(pages: Pages, hasRows: boolean, query: string, failure: Note): Note | null {
  switch (pages.state) {
    case 'failed':
      return failure;
    case 'loading':
      return 'loading';
    default:
      if (pages.hasMore) {
        return 'more';
      }
      return hasRows ? null : query && pages.items.length ? 'nothing-found' : 'empty';
  }
}

/** Large providers list no repositories, and say so in many ways: to some they are forbidden even when signed in. */
function failedCatalog(error: KitError | null, isSignedIn: boolean): Note {
  switch (error?.code) {
    case 'unauthorized':
      return isSignedIn ? 'no-catalog' : 'sign-in';
    case 'forbidden':
    case 'no_catalog':
    case 'not_found':
      return 'no-catalog';
    default:
      return 'error';
  }
}

const failedTags = (error: KitError | null): Note => (error?.code === 'unauthorized' ? 'sign-in' : 'error');

function note(kind: Note, parent: string | null, level: number, error: KitError | null = null): IRow {
  const key = `${parent ?? ''} note`;
  return { ...BLANK, key, kind: 'note', level, label: '', parent, isStop: OFFERS.has(kind), note: kind, error };
}
