import { nullTranslator } from '@jupyterlab/translation';

import { movesOf } from '../../../model/lifecycle';
import { nameProblem, parseName, proposedName } from '../names';

const trans = nullTranslator.load('');

describe('names', () => {
  it.each([
    ['churn:tuned', { registry: '', repository: 'churn', tag: 'tuned' }],
    ['team/churn', { registry: '', repository: 'team/churn', tag: '' }],
    ['localhost:5000/a/b:1', { registry: 'localhost:5000', repository: 'a/b', tag: '1' }],
    ['127.0.0.1:5055/team/churn:v1', { registry: '127.0.0.1:5055', repository: 'team/churn', tag: 'v1' }],
    ['corp/app:v1,latest', { registry: 'corp', repository: 'app', tag: 'v1,latest' }]
  ])('%s is taken apart', (text, name) => {
    expect(parseName(text, ['corp'])).toEqual(name);
  });

  it.each(['churn:tuned', 'churn', 'ghcr.io/a/b-c_d:1.0', 'registry:5000/a:latest,v1', 'a__b/c---d:x'])(
    '%s is one',
    text => {
      expect(nameProblem(text, trans)).toBe('');
    }
  );

  it.each([
    '',
    'Churn:x',
    'churn:',
    'churn:-x',
    'a//b:c',
    'churn:a b',
    'churn:<script>',
    `c:${'x'.repeat(129)}`,
    'c:a,'
  ])('%j is none', text => {
    expect(nameProblem(text, trans)).not.toBe('');
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
