import { act, screen } from '@testing-library/react';

import { job } from '../../../__tests__/server';
import { NONE, Page } from './page';

let page: Page;

beforeEach(async () => {
  page = await Page.open();
});

afterEach(() => page.close());

describe('a tab after its own pull', () => {
  it('says that the files are there, not in its way, and brings them again when somebody asks', async () => {
    await page.click(page.box('Pull code:0'));
    await page.shown(() => !page.button(/^Pull selected/).disabled, 'the check');
    await page.click(page.button(/^Pull selected/));
    await page.shown(() => page.server.count('POST jobs') === 1, 'the job');
    page.started = job('j1', { seq: 2, state: 'done', result: { ...NONE, files: 3, size_bytes: 9, directory: 'app' } });
    page.check = { ...page.check, conflicts: [{ path: 'app/a', why: 'exists' }], conflict_count: 3 };
    await act(() => page.model.jobs.refresh());
    act(() => page.tab.content.state.moved());
    await page.shown(() => page.server.count('POST check/pull') === 2, 'the second look');
    await page.frame();
    expect(page.tab.node.textContent).toContain('Done: 3 files');
    expect(page.tab.node.textContent).not.toMatch(/already exist|to download/);
    await page.click(page.button('Pull again'));
    await page.shown(() => page.tab.node.textContent?.includes('3 files already exist') === true, 'the choice');
    expect(page.server.count('POST jobs')).toBe(1);
    await page.click(screen.getByRole('radio', { name: 'overwrite' }));
    await page.shown(() => !page.button(/^Pull selected/).disabled, 'the last look');
    expect(page.server.count('POST jobs')).toBe(1);
    await page.click(page.button(/^Pull selected/));
    await page.shown(() => page.server.count('POST jobs') === 2, 'the second job');
  });
});
