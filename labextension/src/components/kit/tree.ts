// What a kit holds, as far as it was opened, and what of it is ticked. Nothing here draws.

import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import { KitError } from '../../client';
import type { Sort } from '../../model';
import type { FilePage, LayerRow } from '../../wire';
import type { Tick } from '../shared/tickbox';
import { shortest } from './filters';
import type { INode } from './node';
import { canOpen, canTick, clear, decider, gather, isElsewhere, isPart, nodeOf, pathTo, put, tickOf } from './node';

/** To put one file back that was taken out with its folder, a whole list has to be known: so much of it. */
export const SPLIT_LIMIT = 4000;

/** So many folders with nothing but a folder in them are passed by. */
const PASSED = 16;

type AskFiles = (key: string, folder: string, after: string, sort: Sort) => Promise<FilePage>;

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

  get sort(): Sort {
    return this._sort;
  }

  /** Another order: what is open is asked for again, and what is ticked stays. */
  set sort(sort: Sort) {
    this._sort = sort;
    const forget = (node: INode): void => {
      node.state = 'new';
      node.next = '';
      node.children.forEach(each => {
        each.isLoose = true;
        forget(each);
      });
    };
    this.layers.forEach(forget);
    this.layers.filter(node => node.isOpen).forEach(node => void this.more(node));
    this._changed.emit();
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The filters of what is ticked, as few as possible; none for a whole kit, also with the data from elsewhere. */
  get filters(): string[] {
    const isMixed = new Set(this.layers.filter(isElsewhere).map(node => node.mark)).size > 1;
    const counted = this.layers.filter(node => canTick(node) && (isPart(node) || this.includesRemote));
    return this.tick === 'all' && !isMixed ? [] : shortest(counted);
  }

  /** Whether data is ticked that the Kitfile only points at: then it is fetched, too. */
  get includesRemote(): boolean {
    return this.layers.some(node => node.mark === 'in' && isElsewhere(node));
  }

  /** Of the kit as a whole. */
  get tick(): Tick {
    const ticks = this.layers.filter(isPart).map(tickOf);
    if (ticks.length && ticks.every(tick => tick === 'all')) {
      return 'all';
    }
    return this.layers.some(node => tickOf(node) !== 'none') ? 'some' : 'none';
  }

  /** The same kit, asked for again: what is here of it can be more now. */
  renew(layers: readonly LayerRow[]): void {
    const rows = new Map(layers.map(layer => [layer.key, layer]));
    const look = (node: INode): void => {
      node.layer = rows.get(node.layer.key) ?? node.layer;
      node.children.forEach(look);
    };
    this.layers.forEach(look);
    this._changed.emit();
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
    const sort = this._sort;
    try {
      const page = await this._page(node);
      if (sort !== this._sort) {
        return;
      }
      this._take(node, page);
    } catch (reason) {
      node.state = 'failed';
      node.error = KitError.from(reason);
    }
    this._changed.emit();
  }

  /** Tick this and nothing else. */
  async only(node: INode): Promise<void> {
    for (const layer of this.layers) {
      clear(layer);
      put(layer, null);
    }
    await this.toggle(node);
  }

  /** A layer holds the folders above its own, too: those that hold nothing else are passed by. */
  private async _page(node: INode): Promise<FilePage> {
    let page = await this._ask(node.layer.key, node.folder, node.next, this._sort);
    for (let depth = 0; !node.file && !node.next && isOnlyFolder(page) && depth < PASSED; depth++) {
      node.folder = page.items[0].path;
      page = await this._ask(node.layer.key, node.folder, '', this._sort);
    }
    return page;
  }

  /** Tick it, or take it out again; false when the folder that it was taken out with is too long to be split. */
  async toggle(node: INode): Promise<boolean> {
    if (!canTick(node)) {
      return true;
    }
    const isDone = tickOf(node) === 'all' ? this._untick(node) : await this._tick(node);
    this.version += isDone ? 1 : 0;
    this._changed.emit();
    return isDone;
  }

  /** Tick all of these, or take all of them out; false where one cannot be, as `toggle`. */
  async set(nodes: readonly INode[], isOn: boolean): Promise<boolean> {
    let isDone = true;
    for (const node of nodes.filter(canTick)) {
      if (isOn) {
        isDone = (tickOf(node) === 'all' || (await this._tick(node))) && isDone;
      } else if (tickOf(node) !== 'none') {
        clear(node);
        isDone = (tickOf(node) === 'none' || this._untick(node)) && isDone;
      }
    }
    this.version++;
    this._changed.emit();
    return isDone;
  }

  /** The whole kit, or nothing of it. */
  toggleAll(): void {
    const mark = this.tick !== 'all' ? 'in' : null;
    for (const node of this.layers.filter(isPart)) {
      clear(node);
      put(node, mark);
    }
    this.version++;
    this._changed.emit();
  }

  private async _tick(node: INode): Promise<boolean> {
    const above = decider(node);
    if (above?.mark === 'out' && !(await this._split(above, node))) {
      return false;
    }
    clear(node);
    put(node, node.parent && decider(node.parent) ? null : 'in');
    gather(node, 'in');
    return true;
  }

  private _untick(node: INode): boolean {
    if (node.mark) {
      put(node, null);
    } else {
      put(node, 'out');
      gather(node, 'out');
    }
    return true;
  }

  /**
   * What was taken out as a whole becomes all its parts but this one; or, where those are too many, what it was taken
   * out of becomes its parts without it.
   */
  private async _split(above: INode, node: INode): Promise<boolean> {
    const path = pathTo(node);
    const at = path.indexOf(above);
    if (await this._breakUp(path.slice(at), 'out')) {
      return true;
    }
    const ticked = path
      .slice(0, at)
      .reverse()
      .find(each => each.mark === 'in');
    return ticked !== undefined && (await this._breakUp(path.slice(path.indexOf(ticked), at + 1), 'in'));
  }

  /** The mark of the first of these goes to the parts beside the others; false where there are too many. */
  private async _breakUp(path: readonly INode[], mark: 'in' | 'out'): Promise<boolean> {
    const folders = path.slice(0, -1);
    for (const folder of folders) {
      if (!(await this._whole(folder))) {
        return false;
      }
    }
    put(path[0], null);
    folders.forEach((folder, index) => {
      folder.children
        .filter(each => each !== path[index + 1] && canTick(each))
        .forEach(each => put(each, each.mark ? null : mark));
    });
    put(path[path.length - 1], null);
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
    const known = new Map(node.children.map(each => [each.id, each]));
    const fresh: INode[] = [];
    for (const file of page.items) {
      const made = nodeOf(node.layer, file, node);
      const found = known.get(made.id) ?? made;
      if (found === made || found.isLoose) {
        found.file = file;
        found.isLoose = false;
        known.delete(found.id);
        fresh.push(found);
      }
    }
    const taken = new Set(fresh);
    const [loose, shown] = [true, false].map(is =>
      node.children.filter(each => each.isLoose === is && !taken.has(each))
    );
    node.children.splice(0, Infinity, ...shown, ...fresh, ...loose);
    node.next = fresh.length ? page.next : '';
    if (!node.file) {
      node.listed = { files: page.total_files, bytes: page.total_bytes };
    }
    node.state = 'ready';
    fresh.filter(each => each.isOpen && each.state === 'new').forEach(each => void this.more(each));
  }

  private _changed = new Signal<this, void>(this);
  private _sort: Sort = 'name';
}

const isOnlyFolder = ({ items, next }: FilePage): boolean => items.length === 1 && items[0].is_dir && !next;
