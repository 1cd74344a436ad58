import { nullTranslator } from '@jupyterlab/translation';

import { age, inert, share, shortDigest, size } from '../format';

const trans = nullTranslator.load('');

describe('sizes', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [1024 * 1024 - 1, '1023.9 KiB'],
    [1.5 * 1024 ** 3, '1.5 GiB'],
    [NaN, '0 B'],
    [-5, '0 B']
  ])('%p bytes are printed as kit prints them', (bytes, text) => {
    expect(size(bytes)).toBe(text);
  });

  it('have no share of an unknown whole', () => {
    expect([share(1, null), share(1, 0), share(1, 4), share(9, 4)]).toEqual([null, null, 0.25, 1]);
  });
});

describe('ages', () => {
  const now = Date.parse('2026-05-01T12:00:00Z');
  it.each([
    ['2026-05-01T11:59:50Z', 'now'],
    ['2026-05-01T12:09:00Z', 'now'],
    ['2026-05-01T11:18:00Z', '42 min'],
    ['2026-05-01T02:00:00Z', '10 h'],
    ['2026-04-01T12:00:00Z', '30 d'],
    ['2025-05-01T12:00:00Z', '11 mo'],
    ['2020-05-01T12:00:00Z', '6 y'],
    ['', ''],
    ['<b>', '']
  ])('%p is %p old', (time, text) => {
    expect(age(time, trans, now)).toBe(text);
  });
});

describe('names that strangers wrote', () => {
  it('show a mark for what cannot be seen or turns the line around', () => {
    expect(inert('a\u202eb\nc\u0000\u200bd')).toBe('a\ufffdb\ufffdc\ufffd\ufffdd');
  });

  it('are cut when they go on and on', () => {
    expect(inert('x'.repeat(1000), 10)).toBe(`${'x'.repeat(10)}…`);
  });

  it('are left alone when they are only unusual', () => {
    expect(inert('<script>alert(1)</script> müßig 模型')).toBe('<script>alert(1)</script> müßig 模型');
  });

  it('are as short as a commit when they are digests', () => {
    expect(shortDigest(`sha256:${'ab'.repeat(32)}`)).toBe('sha256:abababababab');
  });
});
