import { cellOf, extended, isOffered, kitLine, pathWord, safeLine } from '../lines';

// Both writers of lines, this one and Python's, are held to it.
const VECTORS = jest.requireActual<[string[], string][]>('../../../tests/lines.json');

describe('%kit lines', () => {
  it.each(VECTORS)('of %j is what Python writes', (words, line) => {
    expect(kitLine(...words)).toBe(line);
    expect(safeLine(line)).toBe(line);
  });

  it.each([
    '!rm -rf ~',
    '%kit pull a:b\nimport os',
    '%kit pull {__import__("os")}',
    "%kit pull a:b --filter 'code:{x}'",
    '%kit pull $HOME',
    '%kit pull `id`',
    '%kit pull a;b',
    '%kit pull a:b?',
    "%kit pull 'a",
    "%kit pull 'a'b",
    '%kit  pull',
    '%kit pull a:b ',
    '%kitx',
    '%kit pull a\u202eb',
    "%kit pull 'a\u2028b'",
    "%kit pull 'a\u0085b'"
  ])('from a server are not offered when a cell makes more of them, as %j', line => {
    expect(safeLine(line)).toBe('');
    expect(isOffered(line)).toBe(false);
  });

  it('get more words only behind a safe line, and quoted', () => {
    expect(extended('%kit pack work', '-t', 'a b')).toBe("%kit pack work -t 'a b'");
    expect([extended('', '-t'), extended('%kit pack; rm', '-t'), extended('%kit pack', '{x}')]).toEqual(['', '', '']);
  });

  it('with a body below them are a cell, without what nobody sees', () => {
    const cell = cellOf('%kit pack work', 'code:\n- path: "{a}"\n');
    expect(cell).toBe('%%kit pack work\ncode:\n- path: "{a}"\n');
    expect(isOffered(cell)).toBe(true);
    expect(cellOf('%kit pack', 'a\u202eb')).toBe('');
    expect(isOffered('%%kit pack {x}\nbody')).toBe(false);
    expect(isOffered('import os\nbody')).toBe(false);
  });

  it.each([
    ['-d', './-d'],
    ['~old', './~old'],
    ['', '.'],
    ['a b', 'a b']
  ])('take the path %j as a path', (path, word) => {
    expect(pathWord(path)).toBe(word);
  });
});
