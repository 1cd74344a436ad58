// Where a file of a kit stands in its tree.

import type { INode } from './node';
import { canOpen, isListed } from './node';
import type { Tree } from './tree';

/** So many pages of a folder are read to find one file. */
const PAGES = 50;

/** The file at this path of a layer; the folders on the way are opened. Null if it is not found. */
export async function locate(tree: Tree, key: string, path: string): Promise<INode | null> {
  let node = tree.layers.find(({ layer }) => layer.key === key);
  const isOnTheWay = ({ file }: INode): boolean => path === file?.path || path.startsWith(`${file?.path}/`);
  while (node && node.file?.path !== path && canOpen(node)) {
    const folder: INode = node;
    await tree.open(folder, true);
    for (let page = 0; page < PAGES && !folder.children.some(isOnTheWay) && !isListed(folder); page++) {
      await tree.more(folder);
      if (folder.state !== 'ready') {
        break;
      }
    }
    node = folder.children.find(isOnTheWay);
  }
  return node ?? null;
}
