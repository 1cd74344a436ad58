import { act, fireEvent, screen } from '@testing-library/react';

import { highlighted } from '../search';
import { refusal } from '../../../__tests__/server';
import { HOSTILE, Page, SHOWN } from './page';

const row = (path: string, more: object = {}): object => ({
  name: path.split('/').pop(),
  path,
  is_dir: false,
  size_bytes: 512,
  files: 1,
  filter: `dataset:${path}`,
  ...more
});

const of = (key: string, file: object): object => ({ key, file });

let page: Page;

beforeEach(async () => {
  page = await Page.open();
  page.server.routes['GET files/found'] = ({ query }) => {
    const names = query.text === 'nothing' ? [] : ['f1', 'f2', 'f3', 'deep/f4', `deep/${HOSTILE}`];
    return {
      items: names.map(name => of('dataset:0', row(name))),
      folders: [of('dataset:0', row('deep', { is_dir: true, files: 2 }))],
      total: names.length,
      total_bytes: 512 * names.length,
      unlisted: [{ key: 'model:0', why: HOSTILE }]
    };
  };
});

afterEach(() => page.close());

const box = (): HTMLInputElement => screen.getByRole('searchbox', { name: 'Find files in all layers' });
const told = (): string | undefined => page.tab.node.querySelector('.kitops-Find-told')?.textContent ?? undefined;
const names = (): (string | null)[] => page.rows().map(each => each.querySelector('.kitops-Node-name')!.textContent);
const ticked = (): boolean[] => page.rows().map(each => each.getAttribute('aria-checked') === 'true');

async function find(text: string): Promise<void> {
  await act(async () => void fireEvent.change(box(), { target: { value: text } }));
  await page.shown(() => told() !== '' && told() !== 'Looking…', 'what was found');
}

async function press(key: string, more: object = {}): Promise<void> {
  await act(async () => void fireEvent.keyDown(document.activeElement!, { key, ...more }));
  await page.frame();
}

describe('the box', () => {
  it('finds files in folders that were never opened, says how many, and marks what was looked for', async () => {
    await find('F');
    expect(names()).toEqual(['f1', 'f2', 'f3', 'deep/f4', `deep/${SHOWN}`]);
    expect(told()).toBe('5 files, 2.5 KiB found');
    expect(screen.getByRole('tree', { name: 'Files found' })).not.toBeNull();
    expect(page.tab.node.querySelector('mark')?.textContent).toBe('f');
    expect(page.tab.node.textContent).toContain(`Not searched: model:0: ${SHOWN}`);
    await find('nothing');
    expect([page.rows().length, told()]).toEqual([0, '0 files, 0 B found']);
    await act(async () => void fireEvent.keyDown(box(), { key: 'Escape' }));
    await page.frame();
    expect([box().value, page.rows().length]).toEqual(['', 4]);
  });

  it('ticks what it finds with the keyboard alone, also many at once, and the tree has the ticks', async () => {
    await find('f');
    await act(async () => void fireEvent.keyDown(box(), { key: 'ArrowDown' }));
    expect(document.activeElement?.textContent).toContain('f1');
    await press(' ');
    expect(ticked()).toEqual([true, false, false, false, false]);
    await press('ArrowDown', { shiftKey: true });
    await press('ArrowDown', { shiftKey: true });
    expect(ticked()).toEqual([true, true, true, false, false]);
    await page.shown(() => !page.button(/^Pull selected/).disabled, 'the check');
    expect(page.bodyOf('POST check/pull')).toMatchObject({ filters: ['dataset:f1', 'dataset:f2', 'dataset:f3'] });
    await page.click(page.button('Tick all 5 files'));
    await page.frame();
    expect(ticked()).toEqual([true, true, true, true, true]);
    await page.click(page.button('Untick all 5 files'));
    await page.frame();
    expect(ticked()).toEqual([false, false, false, false, false]);
  });

  it('ticks up to a click with shift, and unticks as the first was unticked', async () => {
    await find('f');
    const click = (name: string, shiftKey = false): Promise<void> =>
      act(async () => void fireEvent.click(page.box(`Pull ${name}`), { shiftKey }));
    await click('f1');
    await page.frame();
    await click('f4', true);
    await page.shown(() => ticked().filter(Boolean).length === 4, 'four ticks');
    await click('f2');
    await page.frame();
    await click('f4', true);
    await page.shown(() => ticked().filter(Boolean).length === 1, 'one tick');
    expect(ticked()[0]).toBe(true);
  });

  it('asks for another order, of what is found and of what is open, and keeps the ticks', async () => {
    await find('f');
    await page.click(page.box('Pull f2'));
    await act(async () => void fireEvent.change(screen.getByLabelText('Sort by'), { target: { value: 'size' } }));
    await page.shown(() => page.server.asked.some(each => each.query?.sort === 'size'), 'the question');
    await act(async () => void fireEvent.keyDown(box(), { key: 'Escape' }));
    await act(async () => void fireEvent.doubleClick(page.rows()[2]));
    await page.shown(() => page.rows().some(each => each.textContent?.includes('f2')), 'the files');
    expect(page.box('Pull f2').checked).toBe(true);
    expect(page.server.asked.filter(each => each.path === 'files').pop()?.query.sort).toBe('size');
  });

  it('says why nothing could be looked for', async () => {
    page.server.routes['GET files/found'] = () => {
      throw refusal(504, 'unreachable', 'corp does not answer', '');
    };
    await act(async () => void fireEvent.change(box(), { target: { value: 'x' } }));
    await page.shown(() => screen.queryByRole('alert') !== null, 'the error');
    expect(screen.getByRole('alert').textContent).toContain('corp does not answer');
  });
});

it.each([
  ['data/Part-1.csv', 'part', ['data/', 'Part', '-1.csv']],
  ['data/part-1.csv', 'p*-?.csv', ['data/', 'p', 'art', '-', '1', '.csv']],
  ['data/x.csv', '*', ['data/x.csv']],
  ['İx', 'x', ['İx']]
])('what was looked for is marked in %s by %s', (path, sought, pieces) => {
  expect(highlighted(path, sought).map(([piece]) => piece)).toEqual(pieces);
});
