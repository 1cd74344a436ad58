import type { ITreeItem } from '../tree';
import { actOf, OPENED_AT_ONCE, placesOf, restOf, TypeAhead } from '../tree';

const item = (key: string, more: Partial<ITreeItem> = {}): ITreeItem => {
  const parent = key.includes('/') ? key.slice(0, key.lastIndexOf('/')) : null;
  return { key, parent, level: key.split('/').length, isOpen: null, isStop: true, ...more };
};

const ROWS = [
  item('a', { isOpen: true }),
  item('a/1', { isOpen: false }),
  item('a/2'),
  item('a/note', { isStop: false }),
  item('b', { isOpen: true }),
  item('b/note', { isStop: false }),
  item('c', { isOpen: false })
];
const at = (key: string): number => ROWS.findIndex(each => each.key === key);
const goes = (key: string, from: string): string | undefined => {
  const act = actOf(key, ROWS, at(from), 3);
  return act?.do === 'go' ? ROWS[act.to]?.key : undefined;
};

it.each([
  ['ArrowDown', 'a', 'a/1'],
  ['ArrowDown', 'a/2', 'b'],
  ['ArrowDown', 'c', undefined],
  ['ArrowUp', 'b', 'a/2'],
  ['ArrowUp', 'a', undefined],
  ['ArrowRight', 'a', 'a/1'],
  ['ArrowRight', 'b', undefined],
  ['ArrowLeft', 'a/2', 'a'],
  ['ArrowLeft', 'c', undefined],
  ['PageDown', 'a', 'a/2'],
  ['PageDown', 'b', 'c'],
  ['PageUp', 'b', 'a/1'],
  ['Home', 'c', 'a'],
  ['End', 'a', 'c']
])('%s on %s goes to %s, past notes with nothing to press', (key, from, to) => {
  expect(goes(key, from)).toBe(to);
});

it.each([
  ['ArrowRight', 'a/1', ['a/1'], true],
  ['ArrowRight', 'a/2', [], true],
  ['ArrowLeft', 'a', ['a'], false],
  ['*', 'a/2', ['a/1'], true],
  ['*', 'a', ['c'], true]
])('%s on %s opens or closes %j', (key, from, rows, isOpen) => {
  expect(actOf(key, ROWS, at(from), 3)).toEqual({ do: 'fold', rows: rows.map(at), isOpen });
});

it('opens of very many neighbours those next to the row', () => {
  const many = Array.from({ length: 1000 }, (_, index) => item(`r${index}`, { isOpen: false }));
  expect(actOf('*', many, 990, 3)).toMatchObject({ rows: expect.arrayContaining([990, 999, 0]) });
  expect(actOf('*', many, 990, 3)).toMatchObject({ rows: { length: OPENED_AT_ONCE } });
});

it('leaves other keys alone', () => {
  expect(['Tab', 'F5', 'x'].map(key => actOf(key, ROWS, 0, 3))).toEqual([null, null, null]);
});

it('counts rows among those of the same parent', () => {
  const { positions, counts } = placesOf(ROWS);
  expect(positions).toEqual([1, 1, 2, 3, 2, 1, 3]);
  expect([counts.get(null), counts.get('a')]).toEqual([3, 3]);
});

it('rests on the same row, else on what took its place, else on its parent', () => {
  const was = (key: string): { index: number; item: ITreeItem } => ({ index: at(key), item: ROWS[at(key)] });
  const without = (...keys: string[]): ITreeItem[] => ROWS.filter(({ key }) => !keys.includes(key));
  expect(restOf(ROWS, null)).toBe(0);
  expect(restOf(without('a/1'), was('a/2'))).toBe(1);
  expect(restOf(without('a/1'), was('a/1'))).toBe(1);
  expect(restOf(without('a/1', 'a/2', 'a/note'), was('a/1'))).toBe(0);
  expect(restOf([], was('a'))).toBe(0);
});

describe('what is typed', () => {
  const names = ['Store', 'Studies', 'corp', 'Ärzte'].map(key => item(key));
  let now = 0;
  let typed: TypeAhead;
  const type = (letters: string, from: number): number =>
    [...letters].reduce((_, letter) => typed.find(letter, names, from, index => names[index].key), from);

  beforeEach(() => {
    typed = new TypeAhead(() => (now += 100));
  });

  it('finds the name that begins so, in letters of either size', () => {
    expect([type('stu', 0), type('', 0)]).toEqual([1, 0]);
    now += 5000;
    expect(type('ä', 0)).toBe(3);
  });

  it('goes from one to the next with one letter again and again, and round', () => {
    expect(type('s', 0)).toBe(1);
    expect(type('s', 1)).toBe(0);
  });

  it('begins anew after a rest', () => {
    expect(type('st', 2)).toBe(0);
    now += 5000;
    expect(type('c', 0)).toBe(2);
    expect(type('x', 2)).toBe(-1);
  });
});
