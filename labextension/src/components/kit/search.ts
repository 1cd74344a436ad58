// The files of all layers whose path has a text; they can be ticked though their folders were never opened.

import type { IDisposable } from '@lumino/disposable';
import { Debouncer } from '@lumino/polling';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import { Asked } from '../../model/asked';
import type { Sort } from '../../model';
import type { FileRow, FoundFiles } from '../../wire';
import type { INode } from './node';
import { canOpen, nodeOf } from './node';
import type { Tree } from './tree';

/** Somebody types: the server is asked when the keys rest. */
const SETTLE_MS = 200;

type Find = (text: string, sort: Sort, start: number, signal: AbortSignal) => Promise<FoundFiles>;

export class Search implements IDisposable {
  constructor(
    private readonly _tree: Tree,
    private readonly _find: Find
  ) {
    this.found = new Asked<FoundFiles>(() => Promise.reject(new Error('nothing is looked for')));
    this.found.changed.connect(() => this._changed.emit());
    this._settle = new Debouncer(() => this.ask(), SETTLE_MS);
  }

  /** What was found last: its first files and all numbers. */
  readonly found: Asked<FoundFiles>;

  /** The files that are shown, as parts of the tree. */
  nodes: readonly INode[] = [];

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this.found.isDisposed;
  }

  get text(): string {
    return this._text;
  }

  set text(text: string) {
    this._text = text;
    if (this.isOn) {
      void this._settle.invoke().catch(() => undefined);
    } else {
      this.nodes = [];
      this.found.clear();
    }
    this._changed.emit();
  }

  /** Whether files are looked for at all. */
  get isOn(): boolean {
    return this._text.trim() !== '';
  }

  /** Whether what is shown is of another text than the one that stands there, or of none yet. */
  get isLooking(): boolean {
    return this.isOn && (this.found.isLoading || this._shown !== this._text);
  }

  /** Whether there are files behind those that are shown. */
  get hasMore(): boolean {
    return this.nodes.length < (this.found.value?.total ?? 0);
  }

  get sort(): Sort {
    return this._tree.sort;
  }

  /** The order of the files that are found, and of those in the tree. */
  set sort(sort: Sort) {
    this._tree.sort = sort;
    if (this.isOn) {
      void this.ask();
    }
  }

  /** Look for what stands there now. */
  ask(): Promise<void> {
    return this.isOn ? this._look(0, nodes => nodes) : Promise.resolve();
  }

  /** The next files. */
  async more(): Promise<void> {
    const before = this.nodes;
    await this._look(before.length, nodes => [...before, ...nodes]);
  }

  dispose(): void {
    this._settle.dispose();
    this.found.dispose();
    Signal.clearData(this);
  }

  private async _look(start: number, placed: (nodes: INode[]) => INode[]): Promise<void> {
    const text = this._text;
    let nodes: INode[] | null = null;
    await this.found.reload(async signal => {
      const found = await this._find(text, this.sort, start, signal);
      nodes = await reach(this._tree, found);
      return found;
    });
    if (text === this._text && !this.found.isLoading) {
      this.nodes = nodes && !this.found.error ? placed(nodes) : [];
      this._shown = text;
      this._changed.emit();
    }
  }

  private _changed = new Signal<this, void>(this);
  private readonly _settle: Debouncer<void, void, []>;
  private _shown = '';
  private _text = '';
}

/** The nodes of files that were found: of the tree, also where that was not opened so far. */
async function reach(tree: Tree, { items, folders }: FoundFiles): Promise<INode[]> {
  const layers = new Map(tree.layers.map(node => [node.layer.key, node]));
  for (const key of new Set(items.map(item => item.key))) {
    const layer = layers.get(key);
    if (layer && canOpen(layer) && layer.state === 'new') {
      await tree.more(layer); // it tells which folder its names are below
    }
  }
  const made = new Map<string, INode>();
  for (const { key, file } of [...folders, ...items]) {
    const layer = layers.get(key);
    const isAbove = layer && file.is_dir && `${layer.folder}/`.startsWith(`${file.path}/`);
    if (layer && !isAbove) {
      const parent = made.get(idOf(key, file.path.slice(0, Math.max(0, file.path.lastIndexOf('/')))));
      made.set(idOf(key, file.path), canOpen(layer) ? placedBelow(parent ?? layer, file) : layer);
    }
  }
  return items.flatMap(({ key, file }) => made.get(idOf(key, file.path)) ?? []);
}

const idOf = (key: string, path: string): string => `${key}\n${path}`;

/** The node of a file or folder below this one, made where its name is not known yet. */
function placedBelow(parent: INode, file: FileRow): INode {
  const made = nodeOf(parent.layer, file, parent);
  const found = parent.children.find(each => each.id === made.id);
  if (!found) {
    made.isLoose = true;
    parent.children.push(made);
  }
  return found ?? made;
}

/** A text in pieces, with whether each is what was looked for: the text itself, or the plain parts of a pattern. */
export function highlighted(text: string, sought: string): [piece: string, isHit: boolean][] {
  const words = sought
    .trim()
    .toLowerCase()
    .split(/[*?]+|\[[^\]]*\]/)
    .filter(Boolean);
  const lower = text.toLowerCase();
  const pieces: [string, boolean][] = [];
  let at = 0;
  if (lower.length === text.length) {
    for (const word of words) {
      const found = lower.indexOf(word, at);
      if (found >= 0) {
        pieces.push([text.slice(at, found), false], [text.slice(found, found + word.length), true]);
        at = found + word.length;
      }
    }
  }
  return [...pieces, [text.slice(at), false] as [string, boolean]].filter(([piece]) => piece);
}
