// The parts of a kit as a flat list: what is open, in order. Nothing here draws.

import type { ITreeItem } from '../shared/tree';
import type { INode } from './node';
import { canOpen } from './node';

type Note = 'loading' | 'more' | 'error' | 'empty';

/** A part of the kit, or a note where the names of its parts would be. */
export interface ITreeRow extends ITreeItem {
  readonly node: INode;
  readonly note: Note | null;
}

/** What is in sight when nothing scrolls: the layers, and what is below those that are open. */
export function rowsOf(layers: readonly INode[]): ITreeRow[] {
  const rows: ITreeRow[] = [];
  const add = (node: INode): void => {
    const { id, level, parent } = node;
    const isOpen = canOpen(node) ? node.isOpen : null;
    rows.push({ key: id, parent: parent?.id ?? null, level, isOpen, isStop: true, node, note: null });
    if (!isOpen) {
      return;
    }
    node.children.filter(each => !each.isLoose).forEach(add);
    const note = noteOf(node);
    if (note) {
      const isStop = note === 'more' || note === 'error';
      rows.push({ key: `${id}\nnote`, parent: id, level: level + 1, isOpen: null, isStop, node, note });
    }
  };
  layers.forEach(add);
  return rows;
}

function noteOf(node: INode): Note | null {
  switch (node.state) {
    case 'new':
    case 'loading':
      return 'loading';
    case 'failed':
      return 'error';
    default:
      return node.next ? 'more' : node.children.some(each => !each.isLoose) ? null : 'empty';
  }
}
