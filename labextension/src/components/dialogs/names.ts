// As `kitops_jupyter/reference.py` judges names; `tests/vectors.json` holds the two together.

import type { TranslationBundle } from '@jupyterlab/translation';

const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const HOST = /^(?:\[[\dA-Fa-f:.]+\]|[^\0-\x20\x7f:/?#@%\\^`{|}[\]]*)(?::\d*)?$/;
const DIGEST = /^sha(?:256:[\da-f]{64}|384:[\da-f]{96}|512:[\da-f]{128})$/;
const TAG = /^\w[\w.-]{0,127}$/;

interface IName {
  /** Empty for the local store alone. */
  registry: string;
  repository: string;
  /** Empty when none is said. */
  tag: string;
}

/** What somebody typed as REGISTRY/REPOSITORY:TAG; a registry has a dot or a colon, or is one of these names. */
export function parseName(text: string, registries: readonly string[] = []): IName {
  const slash = text.indexOf('/');
  const first = slash < 0 ? '' : text.slice(0, slash);
  const registry = /[.:]/.test(first) || registries.includes(first) ? first : '';
  const rest = registry ? text.slice(slash + 1) : text;
  const colon = rest.indexOf(':');
  return { registry, repository: colon < 0 ? rest : rest.slice(0, colon), tag: colon < 0 ? '' : rest.slice(colon + 1) };
}

/** What is wrong with a name for a repository; empty when nothing is. */
export const repositoryProblem = (repository: string, trans: TranslationBundle): string =>
  REPOSITORY.test(repository) ? '' : trans.__('A name has lower-case letters and digits, separated by . _ - or /');

/** What is wrong with a name for a kit; empty when nothing is. Several tags have commas between them. */
export function nameProblem(text: string, trans: TranslationBundle, registries: readonly string[] = []): string {
  const { registry, repository, tag } = parseName(text, registries);
  if (!text) {
    return trans.__('A kit needs a name, as in churn:tuned');
  }
  if (DIGEST.test(text)) {
    return trans.__('A digest is not a name');
  }
  if (!HOST.test(registry)) {
    return trans.__('%1 is not the address of a registry', registry);
  }
  const problem = repositoryProblem(repository, trans);
  if (problem) {
    return problem;
  }
  const hasTag = text.length > repository.length && text.endsWith(`:${tag}`);
  if (hasTag && !tag.split(',').every(each => TAG.test(each))) {
    return trans.__(
      'A tag has letters, digits, . _ and -, starts with a letter, a digit or _, and has at most 128 characters'
    );
  }
  return '';
}

/** A name for the kit of a folder or a notebook; letters lose their accents. */
export function proposedName(path: string): string {
  const last = path.split('/').filter(Boolean).pop() ?? '';
  const name = last
    .replace(/\.ipynb$/i, '')
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return `${name || 'kit'}:latest`;
}
