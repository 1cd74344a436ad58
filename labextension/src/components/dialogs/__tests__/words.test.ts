import { nullTranslator } from '@jupyterlab/translation';

import { nameProblem, parseName, proposedName } from '../names';

const trans = nullTranslator.load('');

// What Python says of them.
const { names, registries } = jest.requireActual<{
  registries: string[];
  names: [string, [string, string, string] | null][];
}>('../../../../../tests/vectors.json');

describe('names', () => {
  it.each(names)('%j are judged and taken apart as Python does it', (text, parts) => {
    const { registry, repository, tag } = parseName(text, registries);
    const isFine = nameProblem(text, trans, registries) === '';
    expect([text, isFine ? [registry, repository, tag] : null]).toEqual([text, parts]);
  });

  it.each([
    ['work/My Notebook (1).ipynb', 'my-notebook-1:latest'],
    ['', 'kit:latest'],
    ['Étude n° 1/mon étude.ipynb', 'mon-etude:latest'],
    ['データ', 'kit:latest']
  ])('%j gets one that is allowed', (path, name) => {
    expect(proposedName(path)).toBe(name);
    expect(nameProblem(name, trans)).toBe('');
  });
});
