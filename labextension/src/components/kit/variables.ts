// Which parts of a kit are variables that `kit load` brings back: each has a sidecar beside it.

import type { KitView } from '../../wire';
import type { INode } from './node';

const SIDECAR = '.kit.json';

/** What names a variable, as the sidecar has it: never a flag of the line that it gets into. */
const NAME = /^[\p{L}\p{N}_](?:[\p{L}\p{N}_.-]{0,98}[\p{L}\p{N}_-])?$/u;

/** The names of variables, by the paths of their files or folders. */
export function variablesOf(paths: readonly string[]): ReadonlyMap<string, string> {
  const sidecars = new Set(paths.filter(path => path.endsWith(SIDECAR)));
  const found = new Map<string, string>();
  for (const path of paths.filter(each => !sidecars.has(each))) {
    const at = path.lastIndexOf('/') + 1;
    const [folder, parts] = [path.slice(0, at), path.slice(at).split('.')];
    // `a.b.parquet` is of `a.b` where that has a sidecar, else of `a`.
    const names = parts.map((_, cut) => parts.slice(0, parts.length - cut).join('.'));
    const name = names.find(each => NAME.test(each) && sidecars.has(`${folder}${each}${SIDECAR}`));
    if (name) {
      found.set(path, name);
    }
  }
  return found;
}

/** Whether a kit has variables, as far as its layers tell. */
export const hasVariables = ({ layers }: KitView): boolean => variablesOf(layers.map(({ path }) => path)).size > 0;

/** The name of the variable that a row is; empty for any other. */
export function variableOf({ file, layer, parent }: INode, { layers }: KitView): string {
  const beside = file ? (parent?.children ?? []).map(each => each.file?.path ?? '') : layers.map(({ path }) => path);
  return variablesOf(beside).get(file?.path ?? layer.path) ?? '';
}
