import { nullTranslator } from '@jupyterlab/translation';

import { movesOf } from '../../../model/lifecycle';
import { nameProblem, parseName, proposedName } from '../names';
import { without } from '../yaml';

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

describe('an entry taken out of a Kitfile', () => {
  const TEXT = [
    'manifestVersion: 1.0.0',
    'model:',
    '  name: m',
    '  path: model.onnx',
    'datasets:',
    '  - name: train',
    '    path: data/train # big',
    '  - name: validation',
    '    path: "data/validation"',
    'code:',
    '  - path: x.ipynb',
    ''
  ].join('\n');
  const cut = (section: string, path: string): string | undefined =>
    without(TEXT, { section, path })
      ?.split('\n')
      .filter(line => !line.startsWith('manifestVersion'))
      .join('|');

  it('is its item of the list alone', () => {
    expect(cut('dataset', 'data/validation')).toBe(
      'model:|  name: m|  path: model.onnx|datasets:|  - name: train|    path: data/train # big|code:|  - path: x.ipynb|'
    );
  });

  it('takes the list along when it was the last', () => {
    expect(cut('code', 'x.ipynb')).not.toContain('code');
  });

  it('can be the model', () => {
    expect(cut('model', 'model.onnx')).toMatch(/^datasets:/);
  });

  it.each([
    ['two.bin', 'model:|  path: m.onnx|  parts:|    - path: one.bin|  description: d|code:|  - path: x.ipynb'],
    [
      'one.bin',
      'model:|  path: m.onnx|  parts:|    - name: two|      path: two.bin|  description: d|code:|  - path: x.ipynb'
    ]
  ])('can be a part of the model: %s', (path, left) => {
    const text =
      'model:|  path: m.onnx|  parts:|    - path: one.bin|    - name: two|      path: two.bin|  description: d|code:|  - path: x.ipynb';
    const one = without(text.replaceAll('|', '\n'), { section: 'part', path });
    expect(one?.replaceAll('\n', '|')).toBe(left);
    const other = path === 'one.bin' ? 'two.bin' : 'one.bin';
    expect(without(one ?? '', { section: 'part', path: other })).toBe(
      'model:\n  path: m.onnx\n  description: d\ncode:\n  - path: x.ipynb'
    );
  });

  it.each([
    ['dataset', 'data/train'],
    ['dataset', 'nothing'],
    ['part', 'model.onnx'],
    ['prompt', 'p']
  ])('is left alone when it is not plain which it is: %s %s', (section, path) => {
    expect(without(TEXT, { section, path })).toBeNull();
  });
});
