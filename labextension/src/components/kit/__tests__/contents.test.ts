import { act, fireEvent, screen, within } from '@testing-library/react';

import { refusal, job } from '../../../__tests__/server';
import { obeysTheLawOfTrees } from '../../../__tests__/treelaw';
import { HOSTILE, kit, NONE, Page, SHOWN } from './page';

let page: Page;

beforeEach(async () => {
  page = await Page.open();
});

afterEach(() => page.close());

describe('the contents', () => {
  it('are the layers, with what is here already; nothing is ticked and nothing else asked for', () => {
    expect(page.rows().map(each => each.textContent)).toEqual([
      expect.stringContaining('kitfile'),
      expect.stringContaining('local'),
      expect.stringContaining(SHOWN),
      expect.stringContaining('code:0')
    ]);
    expect(page.button(/^Pull selected/).disabled).toBe(true);
    expect(page.server.asked.map(({ path }) => path)).toEqual(['kit', 'readme']);
    expect(page.tab.node.querySelector('img')).toBeNull();
  });

  it('are summed up, checked and pulled into the chosen folder when they are ticked', async () => {
    await page.click(page.box('Pull code:0'));
    await page.click(page.button('Choose the folder'));
    await page.shown(() => !page.button(/^Pull selected/).disabled, 'the check');
    expect(page.button(/^Pull selected/).textContent).toBe('Pull selected 1.5 KiB');
    expect(page.bodyOf('POST check/pull')).toEqual({
      reference: 'corp/app:v1',
      filters: ['code:0'],
      directory: 'work',
      include_remote: false,
      remote: false
    });
    expect(page.tab.node.textContent).toContain('2.0 KiB to download, the rest is in the local store');
    await page.click(page.button('Copy the %kit line'));
    expect(page.copied).toEqual(['%kit pull corp/app:v1 -d work']);
    page.place = { root: '/srv', folder: 'une étude' };
    page.moved.emit();
    await page.frame();
    expect(page.tab.node.querySelector('.kitops-Line-text')?.textContent).toBe('%kit pull corp/app:v1 -d ../work');
    await page.click(page.button('Copy the %kit line'));
    expect(page.copied.pop()).toBe('%kit pull corp/app:v1 -d ../work');
    await page.click(page.button(/^Pull selected/));
    await page.shown(() => page.server.count('POST jobs') === 1, 'the job');
    expect(page.bodyOf('POST jobs')).toEqual({
      kind: 'pull',
      reference: 'corp/app:v1',
      filters: ['code:0'],
      directory: 'work',
      include_remote: false,
      on_conflict: 'refuse'
    });
    await page.shown(() => within(page.tab.node).queryByRole('progressbar') !== null, 'the bar');
    page.started = job('j1', {
      seq: 2,
      state: 'done',
      result: { digest: '', files: 3, size_bytes: 1536, moved_bytes: 0, here_bytes: 0, directory: 'work', text: '' }
    });
    await act(() => page.model.jobs.refresh());
    await page.shown(() => page.tab.node.querySelector('.kitops-Outcome.kitops-mod-done') !== null, 'the end');
    expect(within(page.tab.node).queryByRole('progressbar')).toBeNull();
  });

  it('let a pull be cancelled, and a failed one be tried again', async () => {
    page.server.routes['DELETE jobs/j1'] = () => {
      page.started = job('j1', {
        seq: 2,
        state: 'failed',
        error: { code: 'x', message: HOSTILE, hint: '', details: [] }
      });
    };
    page.server.routes['POST jobs/j1/retry'] = () => (page.started = job('j1', { seq: 3, state: 'cancelled' }));
    await page.click(page.box('Pull code:0'));
    await page.shown(() => !page.button(/^Pull selected/).disabled, 'the check');
    await page.click(page.button(/^Pull selected/));
    await page.shown(() => page.server.count('POST jobs') === 1, 'the job');
    await page.frame();
    await page.click(page.button('Cancel'));
    await page.shown(() => page.tab.node.querySelector('.kitops-Failure') !== null, 'why it failed');
    expect(page.tab.node.querySelector('.kitops-Failure')?.textContent).toContain(SHOWN);
    await page.click(page.button('Try again'));
    await page.shown(() => page.tab.node.querySelector('.kitops-Outcome.kitops-mod-cancelled') !== null, 'its end');
  });

  it('no byte moves before somebody said what becomes of the files there', async () => {
    const conflicts = ['work/a', HOSTILE].map(path => ({ path, why: 'exists' }));
    page.check = { ...page.check, conflicts, conflict_count: 9 };
    await page.click(page.box('Pull code:0'));
    await page.shown(() => page.tab.node.textContent?.includes('9 files already exist') === true, 'the conflicts');
    expect(page.button(/^Pull selected/).disabled).toBe(true);
    expect(page.tab.node.textContent).toContain(SHOWN);
    await page.click(screen.getByRole('radio', { name: 'overwrite' }));
    expect(page.tab.node.querySelector('.kitops-Line-text')?.textContent).toBe(
      '%kit pull corp/app:v1 -d work --overwrite'
    );
    await page.click(screen.getByRole('radio', { name: 'side by side' }));
    expect(page.tab.node.querySelector('.kitops-Line-text')?.textContent).toBe('%kit pull corp/app:v1 -d work/app-v1');
    await page.click(page.button(/^Pull selected/));
    await page.shown(() => page.server.count('POST jobs') === 1, 'the job');
    expect(page.bodyOf('POST jobs')).toMatchObject({ directory: 'work/app-v1', on_conflict: 'refuse' });
  });

  it('offer no line that a cell would run, and say why', async () => {
    page.check = { ...page.check, command: { words: ['pull', 'x{__import__(0)}'], paths: [] } };
    await page.click(page.box('Pull code:0'));
    await page.shown(() => page.tab.node.textContent?.includes('characters that a cell runs') === true, 'the reason');
    expect(page.tab.node.querySelector('.kitops-Line')).toBeNull();
  });

  it('go into the local store as a whole kit, never as parts', async () => {
    const intoStore = (): HTMLInputElement => page.box('into the local store instead');
    await page.click(page.box('Pull code:0'));
    expect(intoStore().disabled).toBe(true);
    await page.click(page.box('The whole kit'));
    await page.click(intoStore());
    await page.shown(() => !page.button(/^Pull selected/).disabled, 'the check');
    expect(page.bodyOf('POST check/pull')).toEqual({
      reference: 'corp/app:v1',
      filters: [],
      directory: null,
      include_remote: false,
      remote: false
    });
  });

  it('say where data lies elsewhere, and fetch it when it is ticked', async () => {
    await page.close();
    const code = kit.layers[2];
    const far = { ...code, key: 'dataset:1', section: 'dataset', path: 'far', digest: '', remote_path: 's3://b/far' };
    page = await Page.open({ ...kit, layers: [code, { ...far, filter: 'dataset:far' }] });
    expect(page.rows().map(each => each.textContent)).toContainEqual(expect.stringContaining('remote: s3://b/far'));
    await page.click(page.box('The whole kit'));
    await page.click(page.box('Pull far'));
    await page.shown(() => !page.button(/^Pull selected/).disabled, 'the check');
    expect(page.bodyOf('POST check/pull')).toMatchObject({ filters: [], include_remote: true });
    expect(page.box('into the local store instead').disabled).toBe(true);
  });

  it('go below the folder at hand, into one of the name of the kit', async () => {
    const into = (): HTMLInputElement => screen.getByRole('textbox', { name: 'Into:' });
    expect(into().value).toBe('app');
    await page.close();
    page = await Page.open(kit, 'work/deep');
    expect(into().value).toBe('work/deep/app');
  });

  it('are unpacked out of the local store when the kit is there, and no word is of a pull', async () => {
    await page.close();
    page = await Page.open({ ...kit, is_local: true });
    const command = { words: ['unpack', 'corp/app:v1', '-d', 'app'], paths: [3] };
    page.check = { ...page.check, kind: 'unpack', moved_bytes: 0, command };
    expect(screen.queryByRole('checkbox', { name: 'into the local store instead' })).toBeNull();
    await page.click(page.box('Pull code:0'));
    const sum = (): string | null | undefined => page.tab.node.querySelector('.kitops-Contents-sum')?.textContent;
    await page.shown(() => sum() === 'Counting…', 'that it is counted');
    await page.shown(() => !page.button(/^Unpack selected/).disabled, 'the check');
    expect(sum()).toBe('3 files, 1.5 KiB selected');
    expect(page.tab.node.querySelector('.kitops-Into-moves')?.textContent).toBe(
      'Nothing to download: all of it is in the local store'
    );
    expect(page.tab.node.querySelector('.kitops-Line-text')?.textContent).toBe('%kit unpack corp/app:v1 -d app');
    await page.click(page.button('Unpack selected 1.5 KiB'));
    await page.shown(() => page.server.count('POST jobs') === 1, 'the job');
    expect(page.bodyOf('POST jobs')).toEqual({
      kind: 'unpack',
      reference: 'corp/app:v1',
      filters: ['code:0'],
      directory: 'app',
      include_remote: false,
      on_conflict: 'refuse'
    });
  });

  it('lead to the files when they are there, and show what is here now without losing a tick', async () => {
    await page.click(page.box('Pull code:0'));
    await page.shown(() => !page.button(/^Pull selected/).disabled, 'the check');
    await page.click(page.button(/^Pull selected/));
    await page.shown(() => page.server.count('POST jobs') === 1, 'the job');
    const result = { ...NONE, files: 3, size_bytes: 1536, directory: 'work/app' };
    page.started = job('j1', { seq: 2, state: 'done', result });
    const here = kit.layers.map(layer => ({ ...layer, is_here: true }));
    page.server.routes['GET kit'] = () => ({ ...kit, is_local: true, layers: here });
    await act(() => page.model.jobs.refresh());
    act(() => page.tab.content.state.moved());
    await page.shown(() => page.rows().filter(row => row.textContent?.includes('local')).length === 3, 'the marks');
    expect(page.box('Pull code:0').checked).toBe(true);
    expect(page.tab.node.textContent).toContain('Done: 3 files, 1.5 KiB in work/app.');
    await page.click(page.button('Show in the file browser'));
    expect(page.ran).toContainEqual(['kitops:show-files', { path: 'work/app' }]);
  });

  it('stay as they are when someone else moved something and the registry is gone', async () => {
    page.server.routes['GET kit'] = () => {
      throw refusal(504, 'unreachable', 'corp does not answer', '');
    };
    act(() => page.tab.content.state.moved());
    await page.shown(() => page.server.count('GET kit') === 2, 'the question');
    await page.frame();
    expect(page.rows()).toHaveLength(4);
  });

  it('say why a check failed, and hold the pull back', async () => {
    page.server.routes['POST check/pull'] = () => {
      throw refusal(504, 'unreachable', 'corp does not answer', 'look at the cable');
    };
    await page.click(page.box('Pull code:0'));
    await page.shown(() => screen.queryByRole('alert') !== null, 'the error');
    expect(screen.getByRole('alert').textContent).toContain('corp does not answerlook at the cable');
    expect(page.button(/^Pull selected/).disabled).toBe(true);
    page.server.routes['POST check/pull'] = () => page.check;
    await page.click(page.button('Try again'));
    await page.shown(() => !page.button(/^Pull selected/).disabled, 'the check');
  });

  it('are opened, walked and ticked with the keyboard, and only rows in sight are in the page', async () => {
    await act(async () => page.rows()[0].focus());
    const press = async (...keys: string[]): Promise<void> => {
      for (const key of keys) {
        await act(async () => void fireEvent.keyDown(document.activeElement!, { key }));
        await page.frame();
      }
    };
    const current = (): string | null | undefined => document.activeElement?.textContent;
    await press('ArrowDown', 'ArrowDown', 'ArrowRight');
    await page.shown(() => page.rows().some(each => each.textContent?.includes('f0')), 'files');
    expect(page.rows().length).toBeLessThan(40);
    await press('ArrowRight', ' ');
    expect(current()).toContain('f0');
    expect(page.box('Pull f0').checked).toBe(true);
    await press('End');
    expect(current()).toContain('code:0');
    await press('ArrowUp', 'ArrowLeft');
    expect(current()).toContain(SHOWN);
    await press('ArrowLeft');
    expect(page.rows()).toHaveLength(4);
  });

  it('show a notebook without running it', async () => {
    await act(async () => void fireEvent.doubleClick(page.rows()[3]));
    const named = (): HTMLElement | undefined => page.rows().find(each => each.textContent?.includes('x.ipynb'));
    await page.shown(() => named() !== undefined, 'the notebook');
    expect(page.rows().map(each => each.textContent)).toContainEqual(expect.stringContaining(SHOWN));
    await page.click(within(named()!).getByRole('button', { name: 'preview', hidden: true }));
    await page.shown(() => page.tab.node.textContent?.includes('read me') === true, 'its text');
    expect(screen.getByRole('tab', { name: 'Notebook' }).getAttribute('aria-selected')).toBe('true');
  });
});

describe('the keyboard', () => {
  obeysTheLawOfTrees({
    tree: () => screen.getByRole('tree'),
    parent: 'model:0',
    child: 'f0',
    roots: 4,
    letter: 'c',
    found: 'code:0',
    shown: (isSo, what) => page.shown(isSo, what)
  });

  it('continues with the names that Show more has brought', async () => {
    page.server.routes['GET files'] = ({ query }) => ({
      items: [{ name: '', path: query.after ? 'g1' : 'g0', is_dir: false, size_bytes: 1, files: 1, filter: 'x' }],
      next: query.after ? '' : 'g0',
      total_files: 2,
      total_bytes: 2,
      is_verified: true
    });
    const press = async (key: string): Promise<void> => {
      await act(async () => void fireEvent.keyDown(document.activeElement!, { key }));
      await page.frame();
    };
    await act(async () => page.rows()[3].focus());
    await press('ArrowRight');
    await page.shown(() => screen.queryByText('Show more') !== null, 'the first page');
    await press('End');
    expect(document.activeElement?.textContent).toBe('Show more');
    await press('Enter');
    await page.shown(() => screen.queryByText('g1') !== null, 'the second page');
    await page.frame();
    expect(document.activeElement?.textContent).toContain('g1');
  });
});
