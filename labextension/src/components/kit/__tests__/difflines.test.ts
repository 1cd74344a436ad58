import { numbersOf, sideBySide } from '../difflines';

const LINES = [
  '@@ -3,4 +3,5 @@',
  ' same',
  '-old = 1',
  '-gone',
  '+old = 2',
  ' more',
  '+new',
  '\\ No newline at end of file'
];

it('sets what was removed beside what took its place', () => {
  const rows = sideBySide(LINES).map(({ where, before, after }) => [
    where || `${before?.number ?? ''}|${after?.number ?? ''}`,
    before?.parts.join('|') ?? null,
    after?.parts.join('|') ?? null
  ]);
  expect(rows).toEqual([
    ['@@ -3,4 +3,5 @@', null, null],
    ['3|3', 'same||', 'same||'],
    ['4|4', 'old = |1|', 'old = |2|'],
    ['5|', 'gone||', null],
    ['6|5', 'more||', 'more||'],
    ['|6', null, 'new||'],
    ['|', null, 'No newline at end of file||']
  ]);
});

it('counts each line in the file that has it', () => {
  expect(numbersOf(LINES)).toEqual(['', '3', '4', '5', '4', '5', '6', '']);
});

it('marks nothing twice where one line is a part of the other', () => {
  const [, row] = sideBySide(['@@ -1 +1 @@', '-aa', '+aaa']);
  expect([row.before?.parts, row.after?.parts]).toEqual([
    ['aa', '', ''],
    ['aa', 'a', '']
  ]);
});
