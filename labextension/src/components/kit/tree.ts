// What a kit holds, as far as it was opened, and what of it is ticked. Nothing here draws.

import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import { KitError } from '../../client';
import type { FilePage, FileRow, LayerRow } from '../../wire';
import type { Tick } from '../shared/tickbox';

/** To take one file out of a ticked folder, its whole list has to be known: this much is fetched for it, no more. */
export const SPLIT_LIMIT = 2000;

/** So many folders with nothing but a folder in them are passed by. */
const PASSED = 16;

type AskFiles = (key: string, folder: string, after: string) => Promise<FilePage>;

/** A layer, a folder or a file. */
export interface INode {
  readonly id: string;
  readonly layer: LayerRow;
  /** Null for the layer itself. */
  readonly file: FileRow | null;
  readonly parent: INode | null;
  readonly level: number;
  readonly children: INode[];
  /** What its names are below. */
  folder: string;
  state: 'new' | 'loading' | 'ready' | 'failed';
  error: KitError | null;
  isOpen: boolean;
  /** It and all below it; then nothing below is ticked by itself. */
  isTicked: boolean;
  /** How many below are ticked by themselves. */
  ticked: number;
  next: string;
}

export const canOpen = ({ layer, file }: INode): boolean => (file ? file.is_dir : layer.can_list);

export const canTick = ({ layer, file }: INode): boolean =>
  file ? layer.can_pick_files && file.filter !== '' : layer.filter !== '';

/** A data set that the Kitfile only points at: it is not part of the kit, and comes when it is ticked itself. */
export const isElsewhere = ({ layer }: INode): boolean => layer.section === 'dataset' && layer.remote_path !== '';

/** What the tick on the whole kit ticks. */
const isPart = (node: INode): boolean => canTick(node) && !isElsewhere(node);

export const bytesOf = ({ layer, file }: INode): number => (file ?? layer).size_bytes;

export function tickOf(node: INode): Tick {
  for (let each: INode | null = node; each; each = each.parent) {
    if (each.isTicked) {
      return 'all';
    }
  }
  return node.ticked ? 'some' : 'none';
}

export class Tree {
  constructor(
    layers: readonly LayerRow[],
    private readonly _ask: AskFiles
  ) {
    this.layers = layers.map(layer => nodeOf(layer, null, null));
  }

  readonly layers: readonly INode[];

  /** Counts how often what is ticked has changed. */
  version = 0;

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The filters of what is ticked; none for a whole kit, with or without the data that is elsewhere. */
  get filters(): string[] {
    const isMixed = new Set(this.layers.filter(isElsewhere).map(node => node.isTicked)).size > 1;
    return this.tick === 'all' && !isMixed ? [] : this._ticked().map(({ layer, file }) => (file ?? layer).filter);
  }

  /** Whether data is ticked that the Kitfile only points at: then it is fetched, too. */
  get includesRemote(): boolean {
    return this.layers.some(node => node.isTicked && isElsewhere(node));
  }

  get bytes(): number {
    return this._ticked().reduce((sum, node) => sum + bytesOf(node), 0);
  }

  /** Of the kit as a whole. */
  get tick(): Tick {
    const tickable = this.layers.filter(isPart);
    if (tickable.length && tickable.every(node => node.isTicked)) {
      return 'all';
    }
    return this.layers.some(node => node.isTicked || node.ticked) ? 'some' : 'none';
  }

  /** Open it and ask for its first names, or close it. */
  async open(node: INode, isOpen = !node.isOpen): Promise<void> {
    node.isOpen = isOpen && canOpen(node);
    this._changed.emit();
    if (node.isOpen && node.state === 'new') {
      await this.more(node);
    }
  }

  /** Ask for the next names of a folder. */
  async more(node: INode): Promise<void> {
    if (node.state === 'loading' || (node.state === 'ready' && !node.next)) {
      return;
    }
    node.state = 'loading';
    node.error = null;
    this._changed.emit();
    try {
      this._take(node, await this._page(node));
    } catch (reason) {
      node.state = 'failed';
      node.error = KitError.from(reason);
    }
    this._changed.emit();
  }

  /** A layer holds the folders above its own, too: those that hold nothing else are passed by. */
  private async _page(node: INode): Promise<FilePage> {
    let page = await this._ask(node.layer.key, node.folder, node.next);
    for (let depth = 0; !node.file && !node.next && isOnlyFolder(page) && depth < PASSED; depth++) {
      node.folder = page.items[0].path;
      page = await this._ask(node.layer.key, node.folder, '');
    }
    return page;
  }

  /** Tick it, or take it out again; false when its folder is too long for one file to be taken out. */
  async toggle(node: INode): Promise<boolean> {
    if (!canTick(node)) {
      return true;
    }
    const isDone = tickOf(node) === 'all' ? await this._untick(node) : this._tick(node);
    this.version += isDone ? 1 : 0;
    this._changed.emit();
    return isDone;
  }

  /** The whole kit, or nothing of it. */
  toggleAll(): void {
    const isTicked = this.tick !== 'all';
    for (const node of this.layers.filter(isPart)) {
      clear(node);
      mark(node, isTicked);
    }
    this.version++;
    this._changed.emit();
  }

  private _tick(node: INode): boolean {
    clear(node);
    mark(node, true);
    const { parent } = node;
    const isWhole = parent && canTick(parent) && parent.state === 'ready' && !parent.next;
    return isWhole && parent.children.every(each => each.isTicked) ? this._tick(parent) : true;
  }

  /** What is above it and ticked becomes all its parts but this one. */
  private async _untick(node: INode): Promise<boolean> {
    const path: INode[] = [];
    for (let each: INode | null = node; each; each = each.parent) {
      path.unshift(each);
    }
    path.splice(
      0,
      path.findIndex(each => each.isTicked)
    );
    for (const folder of path.slice(0, -1)) {
      if (!(await this._whole(folder))) {
        return false;
      }
    }
    mark(path[0], false);
    path.slice(0, -1).forEach((folder, index) => {
      folder.children.filter(each => each !== path[index + 1] && canTick(each)).forEach(each => mark(each, true));
    });
    return true;
  }

  private async _whole(folder: INode): Promise<boolean> {
    while ((folder.state !== 'ready' || folder.next) && folder.children.length < SPLIT_LIMIT) {
      await this.more(folder);
      if (folder.state !== 'ready') {
        return false;
      }
    }
    return !folder.next;
  }

  /** A page that brings nothing new is the last one, whatever it says. */
  private _take(node: INode, page: FilePage): void {
    const seen = new Set(node.children.map(each => each.id));
    const fresh = page.items.map(file => nodeOf(node.layer, file, node)).filter(each => !seen.has(each.id));
    node.children.push(...fresh);
    node.next = fresh.length ? page.next : '';
    node.state = 'ready';
  }

  private _ticked(): INode[] {
    const found: INode[] = [];
    const look = (node: INode): void => {
      if (node.isTicked) {
        found.push(node);
      } else if (node.ticked) {
        node.children.forEach(look);
      }
    };
    this.layers.forEach(look);
    return found;
  }

  private _changed = new Signal<this, void>(this);
}

function nodeOf(layer: LayerRow, file: FileRow | null, parent: INode | null): INode {
  return {
    id: file ? `${layer.key}\n${file.path}` : layer.key,
    layer,
    file,
    parent,
    level: parent ? parent.level + 1 : 1,
    children: [],
    folder: file?.path ?? '',
    state: 'new',
    error: null,
    isOpen: false,
    isTicked: false,
    ticked: 0,
    next: ''
  };
}

const isOnlyFolder = ({ items, next }: FilePage): boolean => items.length === 1 && items[0].is_dir && !next;

function mark(node: INode, isTicked: boolean): void {
  if (node.isTicked === isTicked) {
    return;
  }
  node.isTicked = isTicked;
  for (let each = node.parent; each; each = each.parent) {
    each.ticked += isTicked ? 1 : -1;
  }
}

function clear(node: INode): void {
  if (node.ticked) {
    node.children.forEach(each => {
      mark(each, false);
      clear(each);
    });
  }
}
