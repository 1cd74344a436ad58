import { variablesOf } from '../variables';

const found = (...paths: string[]): { [path: string]: string } => Object.fromEntries(variablesOf(paths));

describe('the variables of a kit', () => {
  it('are the files and folders with a sidecar beside them', () => {
    expect(
      found(
        'models/clf.skops',
        'models/clf.kit.json',
        'datasets/splits',
        'datasets/splits.kit.json',
        'models/other.bin'
      )
    ).toEqual({ 'models/clf.skops': 'clf', 'datasets/splits': 'splits' });
    expect(found('clf.skops', 'models/clf.kit.json', 'README.md')).toEqual({});
  });

  it('have the longest name that a sidecar has', () => {
    expect(found('d/a.kit.json', 'd/a.b.kit.json', 'd/a.b.parquet', 'd/a.parquet')).toEqual({
      'd/a.b.parquet': 'a.b',
      'd/a.parquet': 'a'
    });
  });

  it.each(['--trust', '-f', '', '.hidden', 'a b', 'a$b', 'x'.repeat(101)])(
    'are none whose name is %j: it would be more than a name on the line',
    name => expect(found(`d/${name}.kit.json`, `d/${name}.parquet`)).toEqual({})
  );
});
