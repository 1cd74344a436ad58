import { StateDB } from '@jupyterlab/statedb';
import { nullTranslator } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import { act, fireEvent, within } from '@testing-library/react';

import { FakeServer, job, jobs, local, refusal, row, status } from '../../../__tests__/server';
import { KitModel } from '../../../model';
import { Memory } from '../../../model/memory';
import { CommandIDs } from '../../../tokens';
import type { JobList } from '../../../wire';
import { KitPanel } from '..';

const HOSTILE = '<img src=x onerror=alert(1)>';

let answer: JobList;
let model: KitModel;
let panel: KitPanel;
let ran: [string, object | undefined][];
let server: FakeServer;

/** jsdom lays nothing out: say how tall the tree is. */
const TALL = 480;

beforeEach(async () => {
  jest.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(TALL);
  answer = jobs('e1', 0);
  server = new FakeServer({
    'GET status': () =>
      status(row('corp', { signed_in_as: 'alice' }), row('dead'), row('private'), row('ghcr.io'), row('many')),
    'GET local': () => local('localhost/churn:tuned'),
    'GET jobs': () => answer,
    'GET repositories': ({ query }) => {
      switch (query.registry) {
        case 'dead':
          throw refusal(502, 'unreachable', 'dead does not answer', 'Look at the cable.');
        case 'private':
          throw refusal(401, 'unauthorized');
        case 'ghcr.io':
          throw refusal(404, 'no_catalog');
        default:
          return { items: ['app'], next: '' };
      }
    },
    'GET tags': ({ query }) => {
      if (query.repository !== 'many/app') {
        return { items: ['v1', HOSTILE, 'a\u202eb'], next: '' };
      }
      const first = query.after ? Number(query.after.slice(1)) + 1 : 0;
      const items = Array.from({ length: 1000 }, (_, index) => `t${first + index}`);
      return { items, next: first + 1000 < 10_000 ? items[999] : '' };
    },
    'POST summaries': ({ body }) =>
      (body as { references: string[] }).references.map(reference => ({
        reference,
        digest: 'sha256:ab',
        size_bytes: 2048,
        created: '2020-01-01T00:00:00Z',
        kit_name: HOSTILE,
        is_local: false,
        layers_here: 1,
        layers: 3,
        error: null
      }))
  });
  model = new KitModel({ services: server.services as never, state: new StateDB(), standby: 'never' });
  ran = [];
  panel = new KitPanel({
    model,
    memory: new Memory(null),
    trans: nullTranslator.load(''),
    run: (command, args) => void ran.push([command, args]),
    notebooks: null
  });
  await act(async () => {
    Widget.attach(panel, document.body);
    await model.refresh();
  });
  await shown(() => rows().length > 1, 'the tree');
});

afterEach(async () => {
  await act(async () => panel.dispose());
  model.dispose();
  jest.restoreAllMocks();
});

const rows = (): HTMLElement[] => [...panel.node.querySelectorAll<HTMLElement>('[role=treeitem]')];
const texts = (): (string | null)[] => rows().map(each => each.querySelector('.kitops-Row-label')?.textContent ?? null);
const find = (text: string): HTMLElement => {
  const found = rows().find(each => each.textContent?.includes(text));
  if (!found) {
    throw new Error(`no row says ${text}: ${rows().map(each => each.textContent)}`);
  }
  return found;
};
/** React draws at the end of each act. */
const shown = async (isSo: () => boolean, what: string): Promise<void> => {
  for (let tries = 0; !isSo(); tries++) {
    if (tries > 200) {
      throw new Error(`waited in vain for ${what}: ${panel.node.textContent}`);
    }
    await act(() => new Promise(resolve => setTimeout(resolve, 10)));
  }
};
const click = async (text: string): Promise<void> => {
  await act(async () => void fireEvent.click(find(text)));
};
const press = async (...keys: string[]): Promise<void> => {
  for (const key of keys) {
    await act(async () => void fireEvent.keyDown(document.activeElement ?? document.body, { key }));
    await act(() => new Promise(resolve => setTimeout(resolve, 30)));
  }
};
const button = (name: string): HTMLElement => within(panel.node).getByRole('button', { name });

describe('the tree', () => {
  it('shows the store open and each registry closed, and who is signed in', () => {
    expect(texts()).toEqual(['Local store', 'churn', 'corp', 'dead', 'private', 'ghcr.io', 'many']);
    expect(find('corp').textContent).toContain('signed in');
    expect(within(find('dead')).getByText('Sign in')).toBeTruthy();
    expect(server.count('GET repositories')).toBe(0);
  });

  it('a kit without a tag has its digest for a name', async () => {
    const digest = `sha256:${'12'.repeat(32)}`;
    const [repository] = local('localhost/churn:tuned').repositories;
    const untagged = { ...repository.tags[0], tag: '', digest, reference: `localhost/churn@${digest}` };
    server.routes['GET local'] = () => ({
      ...local('localhost/churn:tuned'),
      stamp: 'other',
      repositories: [{ ...repository, tags: [...repository.tags, untagged] }]
    });
    await act(async () => model.refresh());
    expect(find('churn').textContent).toContain('tuned');
    expect(find('churn').textContent).not.toContain(',');
    await click('churn');
    await shown(() => texts().includes('sha256:121212121212'), 'the digest');
  });

  it('opens registry, repository and tag', async () => {
    await click('corp');
    await shown(() => texts().includes('app'), 'repositories');
    await click('app');
    await shown(() => texts().includes('v1'), 'tags');
    await shown(() => find('v1').textContent?.includes('2.0 KiB') === true, 'a size');
    expect(find('v1').textContent).toContain('1/3');
    await click('v1');
    expect(ran).toEqual([[CommandIDs.openKit, { reference: 'corp/app:v1' }]]);
  });

  it('shows what strangers named as text, and offers no line that would run', async () => {
    await click('corp');
    await shown(() => texts().includes('app'), 'repositories');
    await click('app');
    await shown(() => texts().includes(HOSTILE), 'tags');
    expect(panel.node.querySelector('img')).toBeNull();
    expect(texts()).toContain('a\ufffdb');
    expect(find(HOSTILE).dataset.line).toBeUndefined();
    expect(find('v1').dataset.line).toBe('%kit pull corp/app:v1');
  });

  it('keeps the error of a registry in its own row, with a button that asks it alone again', async () => {
    await click('dead');
    await click('corp');
    await shown(() => texts().includes('app'), 'the other registry');
    const note = find('dead does not answer');
    expect(note.textContent).toContain('Look at the cable.');
    server.routes['GET repositories'] = () => ({ items: ['alive'], next: '' });
    await act(async () => within(note).getByText('Try again').click());
    await shown(() => texts().includes('alive'), 'the registry that came back');
    const asked = server.asked.filter(each => each.path === 'repositories').map(each => each.query.registry);
    expect(asked.sort()).toEqual(['corp', 'dead', 'dead']);
  });

  it('offers what helps: to sign in, or to name a repository', async () => {
    await click('private');
    await shown(() => panel.node.textContent?.includes('wants to know') === true, 'the offer');
    await act(async () => within(find('wants to know')).getByText('Sign in').click());
    await click('ghcr.io');
    await shown(() => panel.node.textContent?.includes('does not list') === true, 'the offer');
    await act(async () => within(find('does not list')).getByText('Open a repository').click());
    expect(ran).toEqual([
      [CommandIDs.signIn, { registry: 'private' }],
      [CommandIDs.openRepository, { registry: 'ghcr.io' }]
    ]);
  });

  it('draws of 10,000 tags those in sight, and asks for no other kit', async () => {
    await click('many');
    await shown(() => texts().includes('app'), 'repositories');
    await click('app');
    await shown(() => texts().includes('t0'), 'tags');
    await shown(() => model.summaries.get('many/app:t0') !== undefined, 'summaries');
    expect(server.count('GET tags')).toBe(1);
    expect(rows().length).toBeLessThan(TALL / 24 + 16);
    const asked = server.asked.flatMap(each => (each.body as { references?: string[] })?.references ?? []);
    expect(asked.length).toBeLessThanOrEqual(TALL / 24 + 1);
    expect(find('t0').getAttribute('aria-setsize')).toBe('1001');
  });

  it('asks for the next page when its place comes near', async () => {
    await click('many');
    await shown(() => texts().includes('app'), 'repositories');
    await click('app');
    await shown(() => texts().includes('t0'), 'tags');
    const tree = within(panel.node).getByRole('tree');
    await act(async () => {
      tree.scrollTop = 990 * 24;
      fireEvent.scroll(tree);
    });
    await shown(() => server.count('GET tags') === 2, 'the second page');
    await shown(() => texts().includes('t995'), 'the rows there');
    expect(texts()).not.toContain('t0');
  });

  it('finds what is typed in what is open', async () => {
    await click('corp');
    await shown(() => texts().includes('app'), 'repositories');
    await act(
      async () => void fireEvent.change(within(panel.node).getByRole('searchbox'), { target: { value: 'TUN' } })
    );
    await shown(() => texts().includes('tuned'), 'the tag in the store');
    expect(texts().filter(Boolean)).toEqual([
      'Local store',
      'churn',
      'tuned',
      'corp',
      'dead',
      'private',
      'ghcr.io',
      'many'
    ]);
    expect(panel.node.textContent).toContain('Nothing like it');
  });

  it('finds repositories in registries that nobody opened, and tells no faults of those', async () => {
    await act(
      async () => void fireEvent.change(within(panel.node).getByRole('searchbox'), { target: { value: 'corp/a' } })
    );
    await shown(() => texts().includes('app'), 'the repository');
    await shown(() => server.count('GET repositories') === 5, 'all were asked');
    await shown(() => panel.node.querySelector('.kitops-mod-loading') === null, 'all have answered');
    expect(texts().filter(Boolean)).toEqual(['Local store', 'corp', 'app', 'dead', 'private', 'ghcr.io', 'many']);
    expect(panel.node.textContent).not.toContain('Look at the cable');
    expect(server.count('GET tags')).toBe(0);
  });
});

describe('the keyboard', () => {
  it('goes through the tree, opens and closes, and comes back to the search', async () => {
    await act(async () => rows()[0].focus());
    await press('ArrowDown', 'ArrowRight');
    expect(texts()).toContain('tuned');
    await press('ArrowRight');
    expect(document.activeElement?.textContent).toContain('tuned');
    await press('Enter');
    expect(ran).toEqual([[CommandIDs.openKit, { reference: 'localhost/churn:tuned' }]]);
    await press('ArrowLeft');
    expect(document.activeElement?.textContent).toContain('churn');
    await press('ArrowLeft');
    expect(texts()).not.toContain('tuned');
    await press('End');
    expect(document.activeElement?.textContent).toContain('many');
    await press('Home');
    expect(document.activeElement?.textContent).toContain('Local store');
    await press('Escape');
    expect(document.activeElement?.getAttribute('role')).toBe('searchbox');
  });

  it('stops once in the tree: one row has the place in the order of tabs', () => {
    expect(rows().filter(each => each.tabIndex === 0)).toHaveLength(1);
    expect(panel.node.querySelectorAll('[role=treeitem] button:not([tabindex="-1"])')).toHaveLength(0);
  });
});

describe('transfers', () => {
  const show = async (...all: JobList['jobs']): Promise<void> => {
    answer = jobs('e1', 9, ...all);
    await act(() => model.jobs.refresh());
    await shown(() => panel.node.querySelectorAll('.kitops-Job').length === all.length, 'the transfers');
  };

  it('tell how far they are, and can be cancelled', async () => {
    await show(job('a', { title: 'corp/app:v1', done_bytes: 620, bytes_per_s: 2048 }));
    const bar = within(panel.node).getByRole('progressbar');
    expect(bar.getAttribute('aria-valuenow')).toBe('62');
    expect(panel.node.querySelector('.kitops-Job-told')?.textContent).toBe('62 %  2.0 KiB/s');
    await act(async () => button('Cancel').click());
    await act(async () => button('Copy the %kit line').click());
    expect(ran).toEqual([
      [CommandIDs.endJob, { job: 'a' }],
      [CommandIDs.copyLine, { line: '%kit pull corp/app:a' }]
    ]);
  });

  it('that ended in three ways look like three things', async () => {
    const error = { code: 'unreachable', message: `${HOSTILE} is gone`, hint: 'Try later.', details: [] };
    const result = { digest: '', moved_bytes: 1024, here_bytes: 2048, directory: '', files: 0, text: '' };
    await show(
      job('a', { state: 'done', result }),
      job('d', { state: 'done', result: { ...result, directory: 'work', files: 3 } }),
      job('e', { state: 'done', kind: 'pack', result }),
      job('bb', { state: 'cancelled', done_bytes: 512 }),
      job('ccc', { state: 'failed', error })
    );
    const told = [...panel.node.querySelectorAll('.kitops-Job')].map(each => [each.className, each.textContent]);
    expect(told).toEqual([
      ['kitops-Job kitops-mod-failed', expect.stringContaining(`${HOSTILE} is goneTry later.`)],
      ['kitops-Job kitops-mod-cancelled', expect.stringContaining('512 B moved, and kept')],
      ['kitops-Job kitops-mod-done', expect.stringContaining('1.0 KiB packed')],
      ['kitops-Job kitops-mod-done', expect.stringContaining('3 files, 1.0 KiBwork')],
      ['kitops-Job kitops-mod-done', expect.stringContaining('1.0 KiB moved, 2.0 KiB were there')]
    ]);
    expect(panel.node.querySelector('img')).toBeNull();
    await act(async () => button('Copy details').click());
    expect(ran).toEqual([[CommandIDs.copyDetails, { job: 'ccc' }]]);
  });
});

describe('without the server extension', () => {
  it('the panel says so, with the command that mends it, and looks again when told to', async () => {
    const { 'GET status': there } = server.routes;
    delete server.routes['GET status'];
    const bare = new KitModel({ services: server.services as never, standby: 'never' });
    const other = new KitPanel({
      model: bare,
      memory: new Memory(null),
      trans: nullTranslator.load(''),
      run: (command, args) => void ran.push([command, args]),
      notebooks: null
    });
    await act(async () => {
      Widget.attach(other, document.body);
      await bare.refresh();
    });
    await shown(
      () => other.node.textContent?.includes('jupyter server extension enable kitops_jupyter') === true,
      'why'
    );
    expect(within(other.node).queryByRole('tree')).toBeNull();
    server.routes['GET status'] = there;
    await act(async () => within(other.node).getByText('Try again').click());
    await shown(() => within(other.node).queryByRole('tree') !== null, 'the tree');
    await act(async () => other.dispose());
    bare.dispose();
  });
});
