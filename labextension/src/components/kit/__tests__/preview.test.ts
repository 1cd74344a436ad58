import { act, fireEvent, screen } from '@testing-library/react';

import { refusal } from '../../../__tests__/server';
import { kit, Page, readme, SHOWN } from './page';

let page: Page;

beforeEach(async () => {
  page = await Page.open();
  await act(async () => void fireEvent.doubleClick(page.rows()[2]));
  await page.shown(() => page.rows().length > 6, 'the files');
});

afterEach(async () => {
  document.querySelectorAll('.lm-Menu').forEach(each => each.remove());
  await page.close();
});

const shown = (): HTMLElement | null => page.tab.node.querySelector('.kitops-Peek');
const file = (): HTMLElement => page.rows().find(each => each.textContent?.includes('f3'))!;

async function look(): Promise<HTMLElement> {
  await act(async () => void fireEvent.doubleClick(file()));
  await page.shown(() => shown()?.querySelector('.kitops-File') instanceof Element, 'the preview');
  return shown()!;
}

async function menu(): Promise<string[]> {
  await act(async () => void fireEvent.contextMenu(file(), { clientX: 5, clientY: 5 }));
  return [...document.querySelectorAll('.lm-Menu-itemLabel')].map(each => each.textContent ?? '');
}

describe('a file', () => {
  it('is shown beside the contents on a double click, as a table of plain text, and closed again', async () => {
    const preview = await look();
    expect(preview.querySelector('td')?.textContent).toBe(SHOWN);
    expect(page.server.asked.find(({ path }) => path === 'preview')?.query).toMatchObject({
      reference: 'corp/app:v1',
      key: 'dataset:0',
      path: 'f3'
    });
    await page.click(page.button('Close the preview'));
    await page.frame();
    expect(shown()).toBeNull();
  });

  it.each([
    ['too large', { kind: 'large', is_whole: false }],
    ['no text', { kind: 'binary' }]
  ])('that is %s says so, and is pulled with one click', async (_, more) => {
    page.server.routes['GET preview'] = () => ({ ...readme, ...more });
    const preview = await look();
    expect(preview.textContent).toMatch(/too large|not text/);
    await page.click(page.button('Pull this file'));
    await page.shown(() => page.server.count('POST jobs') === 1, 'the job');
    expect(page.bodyOf('POST jobs')).toMatchObject({ filters: ['dataset:f3'] });
  });

  it('has a menu with what can be done', async () => {
    expect(await menu()).toEqual(['Preview', 'Pull Only This', 'Select', 'Copy Path', 'Copy %kit Line']);
    const shownMenu = document.querySelector('.lm-Menu')!;
    await act(async () => {
      fireEvent.keyDown(shownMenu, { keyCode: 38 }); // up, to the last
      fireEvent.keyDown(shownMenu, { keyCode: 13 });
    });
    expect(page.copied).toEqual(['%kit pull corp/app:v1 --filter dataset:f3']);
  });
});

it('a whole kit is pulled with one click', async () => {
  await page.click(page.button('Pull all'));
  await page.shown(() => page.server.count('POST jobs') === 1, 'the job');
  expect(page.bodyOf('POST jobs')).toMatchObject({ kind: 'pull', reference: kit.reference, filters: [] });
});

it('a file is added to what is selected already, and no tick is lost', async () => {
  await page.click(page.box('Pull model:0'));
  page.server.routes['GET preview'] = () => ({ ...readme, kind: 'binary' });
  await look();
  await page.click(page.button('Select it to pull'));
  await page.shown(
    () => (page.bodyOf('POST check/pull') as { filters: string[] } | undefined)?.filters.length === 2,
    'the check'
  );
  expect(page.server.count('POST jobs')).toBe(0);
});

it('a notebook that is too large is pulled instead of asked for again', async () => {
  page.server.routes['GET notebook'] = () => {
    throw refusal(422, 'usage', 'x.ipynb has 50.9 MiB; up to 20.0 MiB are shown');
  };
  await page.go('Notebook', () => page.tab.node.querySelector('.kitops-Failure') !== null);
  expect(screen.queryByRole('button', { name: 'Try again' })).toBeNull();
  await page.click(page.button('Pull this file'));
  await page.shown(() => page.server.count('POST jobs') === 1, 'the job');
  expect(page.bodyOf('POST jobs')).toMatchObject({ filters: ['dataset:x.ipynb'] });
});
