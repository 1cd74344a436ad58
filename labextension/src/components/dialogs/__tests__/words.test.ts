import { nullTranslator } from '@jupyterlab/translation';

import { movesOf } from '../../../model/lifecycle';
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
    ['データ', 'kit:latest']
  ])('%j gets one that is allowed', (path, name) => {
    expect(proposedName(path)).toBe(name);
    expect(nameProblem(name, trans)).toBe('');
  });
});

describe('a promotion', () => {
  const tags = new Map([
    ['champion', 'sha256:old'],
    ['challenger', 'sha256:new']
  ]);

  it('moves the old champion to rollback first', () => {
    expect(movesOf(tags, 'sha256:new', 'champion')).toEqual([
      { tag: 'rollback', from: '', to: 'sha256:old' },
      { tag: 'champion', from: 'sha256:old', to: 'sha256:new' }
    ]);
  });

  it('moves one tag to any other stage', () => {
    expect(movesOf(tags, 'sha256:new', 'retired')).toEqual([{ tag: 'retired', from: '', to: 'sha256:new' }]);
  });

  it('moves nothing when the kit has the stage already', () => {
    expect(movesOf(tags, 'sha256:old', 'champion')).toEqual([]);
  });
});
