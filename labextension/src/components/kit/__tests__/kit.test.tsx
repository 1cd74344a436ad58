import { Sanitizer } from '@jupyterlab/apputils';
import { RenderMimeRegistry, standardRendererFactories } from '@jupyterlab/rendermime';
import { nullTranslator } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import { act, fireEvent, screen, within } from '@testing-library/react';

import type { Route } from '../../../__tests__/server';
import { FakeServer, job, jobs, local, refusal, status } from '../../../__tests__/server';
import { KitModel } from '../../../model';
import { CommandIDs } from '../../../tokens';
import type { Job, KitView, LayerRow, PullCheck } from '../../../wire';
import { KitTab } from '..';

const HOSTILE = '<img src=x onerror=alert(1)>\u202e\u0007';
const SHOWN = '<img src=x onerror=alert(1)>\ufffd\ufffd';

const layer = (key: string, more: Partial<LayerRow> = {}): LayerRow => ({
  key,
  section: key.split(':')[0],
  name: '',
  path: key,
  digest: `sha256:${key}`,
  size_bytes: 1024,
  media_type: '',
  is_here: false,
  can_list: true,
  can_pick_files: true,
  filter: key,
  remote_path: '',
  ...more
});

const kit: KitView = {
  reference: 'corp/app:v1',
  digest: `sha256:${'1'.repeat(64)}`,
  size_bytes: 3072,
  created: '2026-01-01T00:00:00Z',
  kit_name: 'app',
  kit_version: '1',
  description: HOSTILE,
  authors: [HOSTILE],
  license: '',
  is_local: false,
  kitfile_yaml: 'package:\n  name: app # <b>\u202e\nmodel:\n',
  layers: [layer('model:0', { is_here: true }), layer('dataset:0', { name: HOSTILE }), layer('code:0')],
  annotations: {},
  tags: ['v1', 'v2'],
  index_labels: []
};

const file = (path: string, more: object = {}): object => ({
  name: path.split('/').pop(),
  path,
  is_dir: false,
  size_bytes: 512,
  files: 1,
  filter: `dataset:${path}`,
  ...more
});

let check: PullCheck;
let started: Job;
let server: FakeServer;
let model: KitModel;
let tab: KitTab;
let ran: [string, object][];
let copied: string[];
let chosen: string | null;

const ROUTES: { [route: string]: Route } = {
  'GET status': () => status(),
  'GET local': () => local('localhost/churn:tuned'),
  'GET jobs': () => jobs('e1', 1, started),
  'GET kit': () => kit,
  'GET files': ({ query }) => {
    const items =
      query.key === 'code:0'
        ? [file('x.ipynb'), file(HOSTILE)]
        : Array.from({ length: 300 }, (_, at) => file(`f${at}`)).slice(Number(query.after ?? 0));
    return { items, next: '', total_files: items.length, is_verified: true };
  },
  'POST check/pull': () => check,
  'POST jobs': () => started,
  'POST validate': () => ({
    accepted: false,
    problems: [{ line: 2, column: 1, field: '', message: HOSTILE, hint: 'mend it' }],
    config: '',
    yaml: ''
  }),
  'GET notebook': () => ({
    path: 'x.ipynb',
    size_bytes: 10,
    notebook: { cells: [{ cell_type: 'raw', source: 'read me' }] },
    is_verified: true
  }),
  'GET history': () => [
    { tag: 'v1', digest: kit.digest, created: '2026-01-02T00:00:00Z', size_bytes: 1, kit_name: HOSTILE },
    { tag: 'champion', digest: 'sha256:abc', created: '2026-01-01T00:00:00Z', size_bytes: 1, kit_name: 'old' }
  ],
  'GET diff': () => ({
    a: 'a',
    b: 'b',
    layers: [
      {
        section: 'model',
        name: HOSTILE,
        path: 'm',
        change: 'changed',
        a_size: 1,
        b_size: 2,
        a_digest: 'sha256:aa',
        b_digest: 'sha256:bb'
      }
    ],
    files: [{ path: HOSTILE, layer: '', change: 'added', a_size: 0, b_size: 9 }],
    kitfile: '@@ -1 +1 @@\n-name: a\n+name: <b>\n',
    truncated: true
  })
};

/** jsdom lays nothing out: say how tall the tree is. */
const TALL = 280;

beforeEach(async () => {
  jest.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(TALL);
  check = { moved_bytes: 2048, here_bytes: 1024, files: 3, conflicts: [], command: '%kit pull corp/app:v1 -d work' };
  started = job('j1', { state: 'waiting' });
  server = new FakeServer({ ...ROUTES });
  model = new KitModel({ services: server.services as never, standby: 'never' });
  [ran, copied, chosen] = [[], [], 'work'];
  tab = new KitTab({
    reference: 'corp/app:v1',
    rendermime: new RenderMimeRegistry({ initialFactories: standardRendererFactories, sanitizer: new Sanitizer() }),
    openMenu: null,
    actions: {
      model,
      trans: nullTranslator.load(''),
      copy: text => void copied.push(text),
      insert: null,
      chooseFolder: async () => chosen,
      run: async (command, args) => void ran.push([command, args])
    }
  });
  await act(async () => Widget.attach(tab, document.body));
  await shown(() => rows().length > 0, 'the contents');
});

afterEach(async () => {
  await act(async () => tab.dispose());
  model.dispose();
  jest.restoreAllMocks();
});

const shown = async (isSo: () => boolean, what: string): Promise<void> => {
  for (let tries = 0; !isSo(); tries++) {
    if (tries > 200) {
      throw new Error(`waited in vain for ${what}: ${tab.node.textContent}`);
    }
    await act(() => new Promise(resolve => setTimeout(resolve, 10)));
  }
};
/** What a signal changed is drawn in the next frame. */
const frame = (): Promise<void> => act(() => new Promise(resolve => setTimeout(resolve, 30)));
const rows = (): HTMLElement[] => [...tab.node.querySelectorAll<HTMLElement>('[role=treeitem]')];
const box = (name: string): HTMLInputElement => screen.getByRole('checkbox', { name });
const click = async (node: HTMLElement): Promise<void> => {
  await act(async () => void fireEvent.click(node));
};
const button = (name: RegExp | string): HTMLButtonElement => screen.getByRole('button', { name });
const go = async (name: string, isSo: () => boolean): Promise<void> => {
  await click(screen.getByRole('tab', { name }));
  await shown(isSo, name);
};
const bodyOf = (route: string): unknown =>
  server.asked
    .filter(each => `${each.method} ${each.path}` === route)
    .map(each => each.body)
    .pop();

describe('the contents', () => {
  it('are the layers, with what is here already; nothing is ticked and nothing else asked for', () => {
    expect(rows().map(each => each.textContent)).toEqual([
      expect.stringContaining('kitfile'),
      expect.stringContaining('have it'),
      expect.stringContaining(SHOWN),
      expect.stringContaining('code:0')
    ]);
    expect(button(/^Pull selected/).disabled).toBe(true);
    expect(server.asked.map(({ path }) => path)).toEqual(['kit']);
    expect(tab.node.querySelector('img')).toBeNull();
  });

  it('what is ticked is summed up, looked at, and pulled into the chosen folder', async () => {
    await click(box('Pull code:0'));
    await click(button('Choose the folder'));
    await shown(() => !button(/^Pull selected/).disabled, 'the check');
    expect(button(/^Pull selected/).textContent).toBe('Pull selected 1.0 KiB');
    expect(bodyOf('POST check/pull')).toEqual({ reference: 'corp/app:v1', filters: ['code:0'], directory: 'work' });
    expect(tab.node.textContent).toContain('2.0 KiB to move · 1.0 KiB are here already · 3 files');
    await click(button('Copy the %kit line'));
    expect(copied).toEqual(['%kit pull corp/app:v1 -d work']);
    await click(button(/^Pull selected/));
    await shown(() => server.count('POST jobs') === 1, 'the job');
    expect(bodyOf('POST jobs')).toEqual({
      kind: 'pull',
      reference: 'corp/app:v1',
      filters: ['code:0'],
      directory: 'work',
      on_conflict: 'refuse'
    });
    await shown(() => within(tab.node).queryByRole('progressbar') !== null, 'the bar');
    started = job('j1', {
      seq: 2,
      state: 'done',
      result: { digest: '', moved_bytes: 2048, here_bytes: 0, directory: 'work', files: 3, text: '' }
    });
    await act(() => model.jobs.refresh());
    await shown(() => tab.node.querySelector('.kitops-Outcome.kitops-mod-done') !== null, 'the end');
    expect(within(tab.node).queryByRole('progressbar')).toBeNull();
  });

  it('no byte moves before somebody said what becomes of the files there', async () => {
    check = { ...check, conflicts: ['work/a', HOSTILE] };
    await click(box('Pull code:0'));
    await shown(() => tab.node.textContent?.includes('2 are in the way') === true, 'the conflicts');
    expect(button(/^Pull selected/).disabled).toBe(true);
    expect(tab.node.textContent).toContain(SHOWN);
    await click(screen.getByRole('radio', { name: 'overwrite' }));
    expect(tab.node.querySelector('.kitops-Line-text')?.textContent).toBe('%kit pull corp/app:v1 -d work --overwrite');
    await click(screen.getByRole('radio', { name: 'side by side' }));
    expect(tab.node.querySelector('.kitops-Line-text')).toBeNull();
    await click(button(/^Pull selected/));
    await shown(() => server.count('POST jobs') === 1, 'the job');
    expect(bodyOf('POST jobs')).toMatchObject({ on_conflict: 'beside' });
  });

  it('a whole kit can go into the local store; parts can not', async () => {
    const intoStore = (): HTMLInputElement => box('into the local store instead');
    await click(box('Pull code:0'));
    expect(intoStore().disabled).toBe(true);
    await click(box('The whole kit'));
    await click(intoStore());
    await shown(() => !button(/^Pull selected/).disabled, 'the check');
    expect(bodyOf('POST check/pull')).toEqual({ reference: 'corp/app:v1', filters: [], directory: null });
  });

  it('a check that fails says why, and the pull waits', async () => {
    server.routes['POST check/pull'] = () => {
      throw refusal(504, 'unreachable', 'corp does not answer', 'look at the cable');
    };
    await click(box('Pull code:0'));
    await shown(() => screen.queryByRole('alert') !== null, 'the error');
    expect(screen.getByRole('alert').textContent).toContain('corp does not answerlook at the cable');
    expect(button(/^Pull selected/).disabled).toBe(true);
    server.routes['POST check/pull'] = () => check;
    await click(button('Try again'));
    await shown(() => !button(/^Pull selected/).disabled, 'the check');
  });

  it('the keyboard opens, goes through, and ticks; of many files only those in sight are in the page', async () => {
    const tree = screen.getByRole('tree');
    tree.focus();
    const press = async (...keys: string[]): Promise<void> => {
      for (const key of keys) {
        await act(async () => void fireEvent.keyDown(tree, { key }));
        await frame();
      }
    };
    const current = (): string | null | undefined =>
      document.getElementById(tree.getAttribute('aria-activedescendant') ?? '')?.textContent;
    await press('ArrowDown', 'ArrowDown', 'ArrowRight');
    await shown(() => rows().some(each => each.textContent?.includes('f0')), 'files');
    expect(rows().length).toBeLessThan(40);
    await press('ArrowRight', ' ');
    expect(current()).toContain('f0');
    expect(box('Pull f0').checked).toBe(true);
    await press('End');
    expect(current()).toContain('code:0');
    await press('ArrowUp', 'ArrowLeft');
    expect(current()).toContain(SHOWN);
    await press('ArrowLeft');
    expect(rows()).toHaveLength(4);
  });

  it('a notebook of it is read, not run', async () => {
    await act(async () => void fireEvent.doubleClick(rows()[3]));
    await shown(() => screen.queryByRole('button', { name: 'read', hidden: true }) !== null, 'the notebook');
    expect(rows().map(each => each.textContent)).toContainEqual(expect.stringContaining(SHOWN));
    await click(screen.getByRole('button', { name: 'read', hidden: true }));
    await shown(() => tab.node.textContent?.includes('read me') === true, 'its text');
    expect(screen.getByRole('tab', { name: 'Notebook' }).getAttribute('aria-selected')).toBe('true');
  });
});

describe('the other views', () => {
  it('ask for nothing before they are looked at', async () => {
    expect(server.asked.map(({ path }) => path)).not.toContain('history');
    await go('History', () => tab.node.textContent?.includes('2 tags') === true);
    expect(server.count('GET history')).toBe(1);
  });

  it('Kitfile: the text, what strangers wrote in it made harmless, and its problems by line', async () => {
    await go('Kitfile', () => tab.node.textContent?.includes('line 2') === true);
    const lines = [...tab.node.querySelectorAll('.kitops-Source-line')];
    expect(lines.map(each => each.textContent)).toEqual(['package:\n', '  name: app # <b>\ufffd\n', 'model:\n']);
    expect(lines.map(each => each.classList.contains('kitops-mod-marked'))).toEqual([false, true, false]);
    expect(tab.node.querySelector('img, b')).toBeNull();
  });

  it('Notebook: looks for notebooks and shows the first', async () => {
    await go('Notebook', () => tab.node.textContent?.includes('read me') === true);
    expect(server.asked.filter(({ path }) => path === 'notebook').map(({ query }) => query.path)).toEqual(['x.ipynb']);
  });

  it('Diff: layers, files, Kitfile', async () => {
    await go('Diff', () => screen.queryByLabelText('Compare with') !== null);
    const input = screen.getByLabelText('Compare with');
    expect(document.activeElement).toBe(input);
    expect([...tab.node.querySelectorAll('option')].map(each => each.value)).toEqual(['corp/app:v2']);
    await act(async () => void fireEvent.change(input, { target: { value: 'corp/app:v2' } }));
    await click(button('Compare'));
    await shown(() => tab.node.textContent?.includes('1 file') === true, 'the changes');
    expect(server.asked.find(({ path }) => path === 'diff')?.query).toMatchObject({
      a: 'corp/app:v1',
      b: 'corp/app:v2'
    });
    expect([...tab.node.querySelectorAll('.kitops-Change')].map(each => each.textContent)).toEqual([
      '~ changed',
      '+ added'
    ]);
    expect([...tab.node.querySelectorAll('.kitops-Source-line')].map(each => each.className.trim())).toEqual([
      'kitops-Source-line kitops-mod-where',
      'kitops-Source-line kitops-mod-removed',
      'kitops-Source-line kitops-mod-added'
    ]);
    expect(tab.node.textContent).toContain('There is more than is shown');
    expect(tab.node.querySelector('img, b')).toBeNull();
  });

  it('History: a board of the stages, and the tags', async () => {
    await go('History', () => tab.node.textContent?.includes('2 tags') === true);
    const places = [...tab.node.querySelectorAll('.kitops-Board-place')].map(each => each.textContent);
    expect(places).toHaveLength(8);
    expect(places[5]).toContain('championabc');
    await click(button('Move this kit to champion'));
    await click(button('Undo the last move to champion'));
    await click(button('v1'));
    expect(ran).toEqual([
      [CommandIDs.promote, { reference: 'corp/app:v1', to: 'champion', undo: false }],
      [CommandIDs.promote, { reference: 'corp/app:v1', to: 'champion', undo: true }],
      [CommandIDs.openKit, { reference: 'corp/app:v1' }]
    ]);
    expect(tab.node.querySelector('img')).toBeNull();
  });

  it('arrow keys go from tab to tab', async () => {
    const [first, second] = screen.getAllByRole('tab');
    first.focus();
    await act(async () => void fireEvent.keyDown(first, { key: 'ArrowRight' }));
    await frame();
    expect([document.activeElement, second.getAttribute('aria-selected')]).toEqual([second, 'true']);
    await act(async () => void fireEvent.keyDown(second, { key: 'End' }));
    await frame();
    expect(screen.getByRole('tab', { name: 'History' }).tabIndex).toBe(0);
  });
});

it('a kit that can not be read says why, and is asked for again', async () => {
  server.routes['GET kit'] = () => {
    throw refusal(502, 'unauthorized', `${HOSTILE} wants a sign-in`, 'kit login corp');
  };
  const other = new KitTab({
    reference: HOSTILE,
    rendermime: null,
    openMenu: null,
    actions: {
      model,
      trans: nullTranslator.load(''),
      copy: () => {},
      insert: null,
      chooseFolder: null,
      run: async () => {}
    }
  });
  expect(other.title.label).not.toMatch(/[\u202e\u0007]/);
  await act(async () => Widget.attach(other, document.body));
  await shown(() => other.node.querySelector('[role=alert]') !== null, 'the error');
  expect(other.node.querySelector('[role=alert]')?.textContent).toContain(`${SHOWN} wants a sign-inkit login corp`);
  server.routes['GET kit'] = () => kit;
  await click(within(other.node).getByRole('button', { name: 'Try again' }));
  await shown(() => other.node.querySelector('[role=tree]') !== null, 'the kit');
  await act(async () => other.dispose());
});
