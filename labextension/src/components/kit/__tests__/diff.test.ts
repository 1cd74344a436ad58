import { act, fireEvent, screen, within } from '@testing-library/react';

import { refusal } from '../../../__tests__/server';
import type { DiffFile, DiffView } from '../../../wire';
import { HOSTILE, Page, SHOWN } from './page';

const file = (path: string, more: Partial<DiffFile> = {}): DiffFile => ({
  path,
  change: 'changed',
  a_size: 10,
  b_size: 12,
  inside: null,
  why: '',
  would_move_bytes: 0,
  ...more
});

const layer = { section: 'model', path: 'm', a_size: 1, b_size: 2, a_digest: 'sha256:aa', b_digest: 'sha256:bb' };

const view: DiffView = {
  a: 'corp/app:v1',
  b: 'corp/app:v2',
  layers: [{ ...layer, change: 'changed' }],
  files: [
    file(HOSTILE, { change: 'added', a_size: 0 }),
    file('a.ipynb'),
    file('big.npy', { b_size: 1 << 30 }),
    file('far.bin', { change: 'unknown', would_move_bytes: 2 << 20 })
  ],
  parameters: [{ name: 'metrics.auc', a: '0.5', b: '0.75', difference: 0.25 }],
  kitfile: '@@ -1 +1 @@\n-name: a\n+name: <b>\n',
  truncated: true,
  warnings: [`layer ${HOSTILE}: its files are not compared`]
};

const inside = {
  summary: '1 cell changed',
  folds: [
    {
      title: `~ code cell 1: ${HOSTILE}`,
      lines: ['@@ -1 +1 @@', '-a', `+${HOSTILE}`],
      columns: [],
      rows: [],
      notes: []
    },
    { title: 'metadata', lines: [], columns: ['path', 'before'], rows: [['x', HOSTILE]], notes: [HOSTILE] }
  ]
};

let page: Page;

const asked = (path: string): { [name: string]: string | undefined }[] =>
  page.server.asked.filter(each => each.path === path).map(({ query }) => query);
const text = (): string => page.tab.node.textContent ?? '';
const compare = async (): Promise<void> => {
  await page.go('Diff', () => screen.queryByLabelText('Compare with') !== null);
  await act(async () => void fireEvent.change(screen.getByLabelText('Compare with'), { target: { value: view.b } }));
  await page.click(page.button('Compare'));
  await page.shown(() => text().includes('4 files'), 'the changes');
};

beforeEach(async () => {
  page = await Page.open();
  page.server.routes['GET diff'] = () => view;
  page.server.routes['GET diff/file'] = ({ query }) => file(query.path ?? '', { inside });
  page.server.routes['GET diff/read'] = () => ({ read_bytes: 3 << 20, is_running: true });
});

afterEach(() => page.close());

it('shows metrics, layers, files, Kitfiles and what was not compared, and nothing as markup', async () => {
  await page.go('Diff', () => screen.queryByLabelText('Compare with') !== null);
  expect(document.activeElement).toBe(screen.getByLabelText('Compare with'));
  expect([...page.tab.node.querySelectorAll('option')].map(each => each.value)).toEqual(['corp/app:v2']);
  await compare();
  expect([...page.tab.node.querySelectorAll('.kitops-Change')].map(each => each.textContent)).toEqual([
    '~ changed',
    '+ added',
    '~ changed',
    '~ changed',
    '? not compared'
  ]);
  expect(text()).toContain('metrics.auc0.50.75+0.25');
  expect(text()).toContain(`layer ${SHOWN}: its files are not compared`);
  expect(text()).toContain('Not everything is shown here');
  expect(within(screen.getByRole('table', { name: 'Changes of the Kitfile' })).getByText('<b>')).toBeTruthy();
  expect(page.tab.node.querySelector('img, b')).toBeNull();
  await page.click(page.button('Swap'));
  await page.shown(() => page.server.count('GET diff') === 2, 'the other way round');
  const [first, second] = asked('diff');
  expect([first.a, first.b, first.oldest_first]).toEqual([view.a, view.b, 'true']);
  expect([second.a, second.b, second.oldest_first]).toEqual([view.b, view.a, undefined]);
});

it('looks into a small file when it is unfolded, once, and shows it cell by cell', async () => {
  await compare();
  expect(page.server.count('GET diff/file')).toBe(0);
  const button = page.button('a.ipynb');
  expect(button.getAttribute('aria-expanded')).toBe('false');
  await page.click(button);
  await page.shown(() => text().includes('1 cell changed'), 'what is in it');
  expect(button.getAttribute('aria-expanded')).toBe('true');
  expect(asked('diff/file')[0]).toMatchObject({ a: view.a, b: view.b, path: 'a.ipynb' });
  expect(asked('diff/file')[0].deep).toBeUndefined();
  expect(screen.getAllByRole('heading', { level: 4 })[0].textContent).toBe(`~ code cell 1: ${SHOWN}`);
  expect(page.tab.node.querySelector('img, b')).toBeNull();
  await page.click(button);
  await page.click(button);
  expect(page.server.count('GET diff/file')).toBe(1);
});

it('looks into a large file only when a button is pressed', async () => {
  await compare();
  await page.click(page.button('big.npy'));
  await page.click(page.button('far.bin'));
  expect(page.server.count('GET diff/file')).toBe(0);
  await page.click(page.button('Download 2.0 MiB and compare'));
  await page.shown(() => page.server.count('GET diff/file') === 1, 'the question');
  expect(asked('diff/file')[0]).toMatchObject({ path: 'far.bin', deep: 'true' });
  await page.click(page.button('Compare what is in it (1.0 GiB)'));
  await page.shown(() => page.server.count('GET diff/file') === 2, 'the question');
});

it('says how far a deep comparison is, and ends it on demand; what was known stays', async () => {
  await compare();
  let answer: (value: DiffView) => void = () => undefined;
  page.server.routes['GET diff'] = () => new Promise(resolve => (answer = resolve));
  await page.click(page.button('Compare deeply'));
  await page.shown(() => text().includes('Comparing: 3.0 MiB read'), 'how far it is');
  expect(asked('diff/read')[0].id).toBe(asked('diff')[1].id);
  await page.click(page.button('Cancel'));
  expect(text()).toContain('4 files');
  answer({ ...view, files: [] });
  await page.frame();
  expect(text()).toContain('4 files');
  page.server.routes['GET diff'] = () => ({ ...view, files: [file('a.ipynb', { inside })], warnings: [] });
  await page.click(page.button('Compare deeply'));
  await page.shown(() => text().includes('1 cell changed'), 'the insides');
  expect(text()).toContain('%kit diff corp/app:v1 corp/app:v2 --deep');
  expect(screen.queryByRole('button', { name: 'Compare deeply' })).toBeNull();
});

it('says why a file cannot be compared, and lets it be tried again', async () => {
  page.server.routes['GET diff/file'] = () => {
    throw refusal(502, 'unauthorized', `${HOSTILE} wants a sign-in`, '');
  };
  await compare();
  await page.click(page.button('a.ipynb'));
  await page.shown(() => page.tab.node.querySelector('[role=alert]') !== null, 'the error');
  expect(page.tab.node.querySelector('[role=alert]')?.textContent).toContain(`${SHOWN} wants a sign-in`);
  page.server.routes['GET diff/file'] = ({ query }) => file(query.path ?? '', { why: 'it is not UTF-8 text' });
  await page.click(page.button('Try again'));
  await page.shown(() => text().includes('it is not UTF-8 text'), 'why');
});

it('compares with a folder, and the line names it from the notebook', async () => {
  page.server.routes['GET diff'] = () => ({ ...view, b: './work' });
  await compare();
  expect(text()).toContain('%kit diff corp/app:v1 ./work');
  page.place = { root: '/srv', folder: 'notebooks' };
  await act(async () => page.moved.emit());
  await page.frame();
  expect(text()).toContain('%kit diff corp/app:v1 ../work');
});
