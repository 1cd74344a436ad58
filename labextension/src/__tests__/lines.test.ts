import type { LineData } from '../lines';
import { cellsOf, extended, isSaid, kitLine, written } from '../lines';

// Both writers of lines, this one and Python's, are held to it.
const VECTORS = jest.requireActual<[string[], string][]>('../../../tests/lines.json');

const ROOT = { root: '/srv/my work', folder: '' };
const into = (path: string): LineData => ({ words: ['pull', 'a:b', '-d', path], paths: [3] });

describe('%kit lines', () => {
  it.each(VECTORS.filter(([words]) => words.length))('of %j is what Python writes', (words, line) => {
    expect(written(kitLine(...words), ROOT)).toBe(line);
    expect(isSaid(kitLine(...words))).toBe(line !== '');
  });

  it.each([
    ['une étude', 'work', '../work'],
    ['a/b', 'a/c/d', '../c/d'],
    ['a/b', 'a/b/c', 'c'],
    ['a/b', 'a/b', '.'],
    ['a/b', '', '../..'],
    ['', '', '.'],
    ['ab', 'a', '../a'],
    ['', '-d', './-d'],
    ['', '~old', "'./~old'"],
    ['', 'a b', "'a b'"],
    ['a', '/elsewhere/x', '/elsewhere/x'],
    [null, 'a', "'/srv/my work/a'"],
    [null, '', "'/srv/my work'"]
  ])('in a notebook of the folder %j name the path %j as %s', (folder, path, shown) => {
    expect(written(into(path), { ...ROOT, folder })).toBe(`%kit pull a:b -d ${shown}`);
  });

  it('leave words that are no paths as they are', () => {
    const line: LineData = { words: ['pull', 'work', '-d', 'work'], paths: [3] };
    expect(written(line, { root: '/', folder: 'work' })).toBe('%kit pull work -d .');
    expect(written(line, { root: '/', folder: null })).toBe('%kit pull work -d /work');
  });

  it('are none where the folder above has a name that a cell would run', () => {
    expect(written(into('a'), { root: '/srv/{x}', folder: null })).toBe('');
    expect(written(into('a'), { root: '/srv/{x}', folder: '' })).toBe('%kit pull a:b -d a');
  });

  it('get more words', () => {
    expect(written(extended(into('work'), '-t', 'a b'), ROOT)).toBe("%kit pull a:b -d work -t 'a b'");
    expect(written(extended(into('work'), '{x}'), ROOT)).toBe('');
  });

  it('with a body below them are a cell, without what nobody sees', () => {
    const cell = { ...into('work'), body: 'code:\n- path: "{a}"\n' };
    expect(written(cell, ROOT)).toBe('%%kit pull a:b -d work\ncode:\n- path: "{a}"\n');
    expect(written({ ...cell, body: 'a\u202eb' }, ROOT)).toBe('');
  });

  it('come with the line that loads the extension, where none above does', () => {
    expect(cellsOf('%kit list', ['import os'])).toEqual(['%load_ext kitops_jupyter\n%kit list']);
    expect(cellsOf('%%kit pack\nx', [])).toEqual(['%load_ext kitops_jupyter', '%%kit pack\nx']);
    expect(cellsOf('%kit list', ['import os\n%load_ext kitops_jupyter\n1'])).toEqual(['%kit list']);
    expect(cellsOf('%kit list', ['# %load_ext kitops_jupyter'])).toHaveLength(1);
  });
});
