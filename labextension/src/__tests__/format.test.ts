import { age, inert, share, shortDigest, size } from '../format';

const VECTORS = jest.requireActual<{ sizes: [number, string][] }>('../../../tests/vectors.json');

describe('sizes', () => {
  it.each(VECTORS.sizes)('%p bytes are printed as Python prints them', (bytes, text) => {
    expect(size(bytes)).toBe(text);
  });

  it.each([NaN, -5])('%p is no size, and printed as none', bytes => {
    expect(size(bytes)).toBe('0 B');
  });

  it('have no share of an unknown whole', () => {
    expect([share(1, null), share(1, 0), share(1, 4), share(9, 4)]).toEqual([null, null, 0.25, 1]);
  });
});

describe('ages', () => {
  beforeEach(() => jest.useFakeTimers({ now: Date.parse('2026-05-01T12:00:00Z') }));
  afterEach(() => jest.useRealTimers());
  it.each([
    ['2026-05-01T12:00:00Z', 'now'],
    ['2026-05-01T11:59:20Z', '40s ago'],
    ['2026-05-01T12:09:00Z', 'now'],
    ['2026-05-01T11:18:00Z', '42m ago'],
    ['2026-05-01T02:00:00Z', '10h ago'],
    ['2026-04-20T12:00:00Z', '11d ago'],
    ['2025-12-30T12:00:00Z', '4mo ago'],
    ['2020-05-01T12:00:00Z', '6y ago'],
    ['', ''],
    ['<b>', '']
  ])('of %p are %p', (time, text) => {
    expect(age(time)).toBe(text);
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
