import { nullTranslator } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import { act, fireEvent, screen, within } from '@testing-library/react';

import { FakeServer, jobs, local, refusal, status, until } from '../../../__tests__/server';
import { written } from '../../../lines';
import { KitModel } from '../../../model';
import { CommandIDs } from '../../../tokens';
import type { ComparePage } from '../../../wire';
import { CompareTab } from '..';
import { CompareState } from '../state';
import { compareSeries, HOSTILE, PAGES, SERIES } from './tags';

const SHOWN = '<img src=x onerror=alert(1)>\ufffd';

const asking = (): { asked: string[]; state: CompareState } => {
  const asked: string[] = [];
  const compareTags = (_: string, after: string): Promise<ComparePage> => {
    asked.push(after);
    return Promise.resolve(PAGES[after]);
  };
  return { asked, state: new CompareState({ compareSeries, compareTags }, 'corp/app') };
};

const loaded = async (): Promise<ReturnType<typeof asking>> => {
  const made = asking();
  await until(() => made.state.tags.length === 3);
  return made;
};

const order = (state: CompareState): string[] => state.rows.map(row => row.tag);

describe('the tags of a repository', () => {
  it('come a page at a time, with a request for each that is shown', async () => {
    const { asked, state } = await loaded();
    expect([state.total, state.hasMore]).toEqual([6, true]);
    await Promise.all([state.more(), state.more()]);
    expect([state.tags.length, state.hasMore]).toEqual([6, false]);
    await state.more();
    expect(asked).toEqual(['', 'v2']);
    state.dispose();
  });

  it('end when a page brings nothing new', async () => {
    const page = { ...PAGES[''], next: 'v2' };
    const state = new CompareState({ compareSeries, compareTags: async () => page }, 'corp/app');
    await until(() => state.tags.length === 3);
    await state.more();
    expect([state.tags.length, state.hasMore]).toEqual([3, false]);
  });

  it('have the best marked among those that came, the lowest of a loss, also under a second tag', async () => {
    const { state } = await loaded();
    const best = (metric: string): string[] =>
      state.tags.filter(each => state.isBest(each, metric)).map(({ tag }) => tag);
    expect([best('auc'), best('loss')]).toEqual([['v10'], ['v10']]);
    await state.more();
    expect([best('auc'), best('loss')]).toEqual([
      ['v10', 'best'],
      ['v10', 'best']
    ]);
    expect([state.differs('depth'), state.differs('seed'), state.same]).toEqual([true, false, 1]);
    expect(state.params).toEqual(['depth', 'note']);
    state.toggleSame();
    expect(state.params).toEqual(['depth', 'seed', 'note']);
  });

  it('are ordered by any column, both ways, what has no value last', async () => {
    const { state } = await loaded();
    await state.more();
    expect(order(state).slice(0, 2).sort()).toEqual(['best', 'v10']);
    state.sort({ kind: 'tag', name: '' });
    expect(order(state).slice(-4)).toEqual(['v1', 'v2', 'v3', 'v10']);
    state.sort({ kind: 'metric', name: 'loss' });
    expect([order(state)[0], order(state)[5]]).toEqual(['best', HOSTILE]);
    state.sort({ kind: 'metric', name: 'loss' });
    expect([order(state)[0], order(state)[5]]).toEqual(['v1', HOSTILE]);
  });

  it('draw a line for each metric of three kits or more, a kit once, from the oldest', async () => {
    const { state } = await loaded();
    await state.more();
    expect(state.lines.map(({ name }) => name)).toEqual(['auc', 'loss']);
    expect(state.lines[0].points).toEqual([
      { label: 'v1', value: 0.1 },
      { label: 'v2', value: 0.2 },
      { label: 'v3', value: 0.3 },
      { label: 'v10, best', value: 1 }
    ]);
  });

  it('are drawn over steps if they are ticked, a kit once; without a tick the newest', async () => {
    const { state } = await loaded();
    expect(state.chosen).toEqual(['sha256:10', 'sha256:3', 'sha256:2']);
    await state.more();
    ['v2', 'best', 'v10'].forEach(name => state.tick(name));
    expect(state.chosen).toEqual(['sha256:10', 'sha256:2']);
  });

  it('are asked for again when tags moved; what is shown stays until then', async () => {
    const { asked, state } = await loaded();
    await state.more();
    const again = state.restart();
    expect(state.tags.length).toBe(6);
    await again;
    expect([state.tags.length, asked]).toEqual([3, ['', 'v2', '']]);
  });
});

describe('the tab', () => {
  let server: FakeServer;
  let model: KitModel;
  let tab: CompareTab;
  const ran: [string, object][] = [];
  const copied: string[] = [];

  beforeEach(async () => {
    ran.length = copied.length = 0;
    server = new FakeServer({
      'GET status': () => status(),
      'GET local': () => local(),
      'GET jobs': () => jobs('e1', 1),
      'GET compare': ({ query }) => PAGES[query.after ?? ''],
      'GET compare/series': ({ query }) => SERIES.filter(({ digest }) => query.digests.split(',').includes(digest))
    });
    model = new KitModel({ services: server.services as never, standby: 'never' });
    tab = new CompareTab('corp/app', {
      model,
      trans: nullTranslator.load(''),
      write: line => written(line, { root: '/srv', folder: '' }),
      moved: null,
      copy: text => void copied.push(text),
      insert: null,
      chooseFolder: null,
      run: async (command, args) => void ran.push([command, args])
    });
    await act(async () => Widget.attach(tab, document.body));
    await shown(() => screen.queryByRole('table') !== null);
  });

  afterEach(async () => {
    await act(async () => tab.dispose());
    model.dispose();
  });

  const shown = async (isSo: () => boolean): Promise<void> => {
    for (let tries = 0; !isSo() && tries < 300; tries++) {
      await act(async () => void (await new Promise(resolve => setTimeout(resolve, 10))));
    }
    expect(isSo()).toBe(true);
  };
  const press = (name: RegExp | string): Promise<void> =>
    act(async () => void fireEvent.click(screen.getByRole('button', { name })));

  it('shows one page, then the next when somebody asks, nothing of it as markup', async () => {
    expect(server.count('GET compare')).toBe(1);
    expect(tab.node.textContent).toContain('3 of 6 tags · * is the best of those shown');
    await press('Show more tags');
    await shown(() => tab.node.textContent?.includes('unreadable') === true);
    expect(server.count('GET compare')).toBe(2);
    expect(tab.node.textContent).toContain(`6 tags · * is the best`);
    expect(within(screen.getByRole('table')).getByText(SHOWN, { selector: 'strong' })).toBeTruthy();
    expect(screen.getAllByRole('img').map(each => each.getAttribute('aria-label'))).toEqual([
      'auc: 0.1 to 1, from v1 to v10, best',
      'loss: 0.1 to 1, from v1 to v10, best'
    ]);
    expect(tab.node.querySelector('img')).toBeNull();
  });

  it('marks what is best for all, and says by what it is ordered', async () => {
    const best = [...tab.node.querySelectorAll('strong')].map(each => each.textContent);
    expect(best).toContain('1 *the best');
    expect(screen.getByRole('columnheader', { name: 'Packed' }).getAttribute('aria-sort')).toBe('descending');
    await press('auc');
    expect(screen.getByRole('columnheader', { name: 'auc' }).getAttribute('aria-sort')).toBe('descending');
    expect(screen.getByRole('columnheader', { name: 'Packed' }).getAttribute('aria-sort')).toBeNull();
  });

  it('opens the kit of a row, and the difference of two that are ticked', async () => {
    await press('v3');
    await act(async () => void fireEvent.click(screen.getAllByRole('row')[1]));
    const diff = screen.getByRole<HTMLButtonElement>('button', { name: 'Diff of the ticked two' });
    expect(diff.disabled).toBe(true);
    for (const name of ['Tick v2', 'Tick v3']) {
      await act(async () => void fireEvent.click(screen.getByRole('checkbox', { name })));
    }
    await shown(() => !diff.disabled);
    await press('Diff of the ticked two');
    await press('Copy the %kit line');
    expect(copied).toEqual(['%kit compare corp/app']);
    expect(ran).toEqual([
      [CommandIDs.openKit, { reference: 'corp/app:v3' }],
      [CommandIDs.openKit, { reference: 'corp/app:v10' }],
      [CommandIDs.openKit, { reference: 'corp/app:v2', other: 'corp/app:v3' }]
    ]);
  });

  it('draws what was logged when it is asked for, a line for each tag, and says where nothing was', async () => {
    expect(server.count('GET compare/series')).toBe(0);
    await press('Draw over steps');
    await shown(() => screen.queryByRole('img', { name: 'loss by step: -1e+308 to 1e+308' }) !== null);
    const plot = screen.getByRole('img', { name: 'loss by step: -1e+308 to 1e+308' });
    expect(plot.querySelector('desc')?.textContent).toBe('Steps 0 to 3. At the end v10: 1e+308; v3: not finite');
    expect(plot.querySelectorAll('polyline')).toHaveLength(1);
    expect(plot.querySelectorAll('circle')).toHaveLength(2);
    const places = ['points', 'cx', 'cy', 'y'].flatMap(name =>
      [...plot.querySelectorAll(`[${name}]`)].map(each => each.getAttribute(name))
    );
    expect(places.join(' ')).toMatch(/^[\d., ]+$/);
    const section = screen.getByRole('region', { name: 'Metrics over steps' });
    expect(section.textContent).toContain('No series was logged: v2');
    expect(section.textContent).toContain('nan: no number is finite');
    expect(section.textContent).toContain('Not all metrics are drawn');
    await press('Hide the steps');
    expect(screen.queryByRole('region', { name: 'Metrics over steps' })).toBeNull();
    await press('Draw over steps');
    expect(server.count('GET compare/series')).toBe(1);
  });

  it('says why a log cannot be read, not as markup, and why no answer came', async () => {
    await press('Show more tags');
    await shown(() => screen.queryByRole('checkbox', { name: 'Tick v1' }) !== null);
    await act(async () => void fireEvent.click(screen.getByRole('checkbox', { name: 'Tick v1' })));
    server.routes['GET compare/series'] = () => {
      throw refusal(504, 'unreachable', 'no connection', '');
    };
    await press('Draw over steps');
    await shown(() => screen.queryByRole('alert') !== null);
    server.routes['GET compare/series'] = () => [SERIES[3]];
    await press('Try again');
    await shown(() => tab.node.textContent?.includes(`The log of v1 cannot be read: ${SHOWN}`) === true);
    expect(tab.node.querySelector('img')).toBeNull();
  });

  it('says why a page did not come, and keeps the others', async () => {
    server.routes['GET compare'] = () => {
      throw refusal(504, 'unreachable', 'no connection', '');
    };
    await press('Show more tags');
    await shown(() => screen.queryByRole('alert') !== null);
    expect(screen.getAllByRole('row')).toHaveLength(4);
    server.routes['GET compare'] = ({ query }) => PAGES[query.after ?? ''];
    await press('Try again');
    await shown(() => screen.getAllByRole('row').length === 7);
  });
});
