import { act, fireEvent } from '@testing-library/react';

import { job } from '../../../__tests__/server';
import { NONE, Page } from './page';

let page: Page;

beforeEach(async () => {
  page = await Page.open();
});

afterEach(() => page.close());

describe('sizes', () => {
  it('are one: what is selected is on the button and in the outcome, what a layer stores is called so', async () => {
    const sizes = (): (string | undefined)[] => [
      page.tab.node.querySelector('.kitops-Contents-sum')?.textContent?.replace(' selected', ''),
      page.tab.node.querySelector('.kitops-Outcome')?.textContent?.replace(/^Done: | in .*$/g, '')
    ];
    const layer = (): string | null | undefined => page.rows()[3].querySelector('.kitops-Node-size')?.textContent;
    expect(layer()).toBe('1.0 KiB stored');
    expect(page.tab.node.querySelector('.kitops-Header')?.textContent).toContain('3.0 KiB stored');
    await act(async () => void fireEvent.doubleClick(page.rows()[3]));
    await page.shown(() => layer() === '1.0 KiB', 'its files');
    await page.click(page.box('Pull code:0'));
    await page.shown(() => !page.button(/^Pull selected/).disabled, 'the check');
    expect(page.button(/^Pull selected/).textContent).toBe('Pull selected 1.5 KiB');
    await page.click(page.button(/^Pull selected/));
    await page.shown(() => page.server.count('POST jobs') === 1, 'the job');
    page.started = job('j1', {
      seq: 2,
      state: 'done',
      result: { ...NONE, files: 3, size_bytes: 1536, directory: 'work' }
    });
    await act(() => page.model.jobs.refresh());
    await page.shown(() => sizes()[1] !== undefined, 'the outcome');
    expect(sizes()).toEqual(['3 files, 1.5 KiB', '3 files, 1.5 KiB']);
    await page.click(page.box('Pull code:0'));
    await page.frame();
    expect(sizes()[1]).toBeUndefined(); // it was of another selection
  });

  it('are not invented for files that only a download tells', async () => {
    page.check = { ...page.check, files: null, size_bytes: null };
    await page.click(page.box('Pull code:0'));
    await page.shown(() => !page.button('Pull selected').disabled, 'the check');
    expect(page.tab.node.querySelector('.kitops-Contents-sum')?.textContent).not.toMatch(/\d/);
  });
});
