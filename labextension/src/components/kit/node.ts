// A part of a kit, and what was decided of it: ticked, or taken out of what is ticked. Nothing here draws.

import type { KitError } from '../../client';
import type { IFilePlace } from '../../model';
import type { FileRow, LayerRow } from '../../wire';
import type { Tick } from '../shared/tickbox';

/** A layer, a folder or a file. */
export interface INode {
  readonly id: string;
  layer: LayerRow;
  /** Null for the layer itself. */
  file: FileRow | null;
  readonly parent: INode | null;
  readonly level: number;
  readonly children: INode[];
  /** Whether it was found, while the names beside it are not known: no part of the tree that is shown yet. */
  isLoose: boolean;
  /** What its names are below. */
  folder: string;
  state: 'new' | 'loading' | 'ready' | 'failed';
  error: KitError | null;
  isOpen: boolean;
  /**
   * What was decided of it and all below it: it is ticked, or taken out of what is ticked above it. Below one that is
   * ticked some can be taken out; below one that is taken out nothing is decided.
   */
  mark: 'in' | 'out' | null;
  /** All files of a layer, once its list is here. */
  listed: { files: number; bytes: number } | null;
  /** How many below have a mark. */
  marked: number;
  next: string;
}

export const canOpen = ({ layer, file }: INode): boolean => (file ? file.is_dir : layer.can_list);

/** The file that a node is, to be looked at; null for folders and for what is not in the kit. */
export function placeOf({ layer, file }: INode): IFilePlace | null {
  if (file) {
    return file.is_dir ? null : { key: layer.key, path: file.path };
  }
  return layer.can_list || !layer.filter || layer.remote_path ? null : { key: layer.key, path: layer.path };
}

export const canTick = ({ layer, file }: INode): boolean =>
  file ? layer.can_pick_files && file.filter !== '' : layer.filter !== '';

/** A data set that the Kitfile only points at: it is not part of the kit, and comes when it is ticked itself. */
export const isElsewhere = ({ layer }: INode): boolean => layer.section === 'dataset' && layer.remote_path !== '';

/** What the tick on the whole kit ticks. */
export const isPart = (node: INode): boolean => canTick(node) && !isElsewhere(node);

/** Bytes of its files; null while only what is stored of it is known. */
export function fileBytes({ layer, file, listed }: INode): number | null {
  return file ? file.size_bytes : (listed?.bytes ?? layer.file_bytes);
}

/** The nearest that decides: the node itself, or one above it. */
export function decider(node: INode): INode | null {
  let each: INode | null = node;
  while (each && !each.mark) {
    each = each.parent;
  }
  return each;
}

export function tickOf(node: INode): Tick {
  return node.marked ? 'some' : decider(node)?.mark === 'in' ? 'all' : 'none';
}

export function nodeOf(layer: LayerRow, file: FileRow | null, parent: INode | null): INode {
  return {
    id: file ? `${layer.key}\n${file.path}` : layer.key,
    layer,
    file,
    parent,
    level: parent ? parent.level + 1 : 1,
    children: [],
    isLoose: false,
    folder: file?.path ?? '',
    state: 'new',
    error: null,
    isOpen: false,
    mark: null,
    listed: null,
    marked: 0,
    next: ''
  };
}

export function put(node: INode, mark: INode['mark']): void {
  const step = Number(mark !== null) - Number(node.mark !== null);
  node.mark = mark;
  for (let each = node.parent; each; each = each.parent) {
    each.marked += step;
  }
}

export function clear(node: INode): void {
  if (node.marked) {
    node.children.forEach(each => {
      put(each, null);
      clear(each);
    });
  }
}

/** When a folder's parts are all ticked, or all taken out, it is as a whole. */
export function gather({ parent }: INode, mark: 'in' | 'out'): void {
  if (!parent || !canTick(parent) || !isListed(parent) || !parent.children.every(each => each.mark === mark)) {
    return;
  }
  const isEmpty = parent.mark === 'in' && mark === 'out';
  clear(parent);
  put(parent, isEmpty ? null : mark);
  if (!isEmpty) {
    gather(parent, mark);
  }
}

/** Whether all its names are known. */
export const isListed = ({ state, next }: INode): boolean => state === 'ready' && !next;

/** A node from its layer on. */
export function pathTo(node: INode): INode[] {
  return node.parent ? [...pathTo(node.parent), node] : [node];
}
