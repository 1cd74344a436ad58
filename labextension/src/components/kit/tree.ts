// What a kit holds, as far as it was opened, and what of it is ticked. Nothing here draws.

import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import { KitError } from '../../client';
import type { FilePage, LayerRow } from '../../wire';
import type { Tick } from '../shared/tickbox';
import { shortest } from './filters';
import type { INode } from './node';
import { canOpen, canTick, clear, decider, gather, isElsewhere, isListed, isPart, nodeOf, put, tickOf } from './node';

/** To put one file back that was taken out with its folder, the whole list of that has to be known: so much of it. */
export const SPLIT_LIMIT = 2000;

/** So many folders with nothing but a folder in them are passed by. */
const PASSED = 16;

/** So many pages of a folder are read to find one file. */
const PAGES = 50;

type AskFiles = (key: string, folder: string, after: string) => Promise<FilePage>;

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
    try {
      this._take(node, await this._page(node));
    } catch (reason) {
      node.state = 'failed';
      node.error = KitError.from(reason);
    }
    this._changed.emit();
  }

  /** The file at this path of a layer; the folders on the way are opened. Null if it is not found. */
  async find(key: string, path: string): Promise<INode | null> {
    let node = this.layers.find(({ layer }) => layer.key === key);
    const isOnTheWay = ({ file }: INode): boolean => path === file?.path || path.startsWith(`${file?.path}/`);
    while (node && node.file?.path !== path && canOpen(node)) {
      const folder: INode = node;
      folder.isOpen = true;
      for (let page = 0; page < PAGES && !folder.children.some(isOnTheWay) && !isListed(folder); page++) {
        await this.more(folder);
        if (folder.state !== 'ready') {
          break;
        }
      }
      node = folder.children.find(isOnTheWay);
    }
    this._changed.emit();
    return node ?? null;
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
    let page = await this._ask(node.layer.key, node.folder, node.next);
    for (let depth = 0; !node.file && !node.next && isOnlyFolder(page) && depth < PASSED; depth++) {
      node.folder = page.items[0].path;
      page = await this._ask(node.layer.key, node.folder, '');
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

  /** What was taken out as a whole becomes all its parts but this one. */
  private async _split(above: INode, node: INode): Promise<boolean> {
    const path: INode[] = [];
    for (let each: INode | null = node; each && each !== above; each = each.parent) {
      path.unshift(each);
    }
    const folders = path.length ? [above, ...path.slice(0, -1)] : [];
    for (const folder of folders) {
      if (!(await this._whole(folder))) {
        return false;
      }
    }
    put(above, null);
    folders.forEach((folder, index) => {
      folder.children.filter(each => each !== path[index] && canTick(each)).forEach(each => put(each, 'out'));
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
    if (!node.file) {
      node.listed = { files: page.total_files, bytes: page.total_bytes };
    }
    node.state = 'ready';
  }

  private _changed = new Signal<this, void>(this);
}

const isOnlyFolder = ({ items, next }: FilePage): boolean => items.length === 1 && items[0].is_dir && !next;
