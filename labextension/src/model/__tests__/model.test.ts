import { StateDB } from '@jupyterlab/statedb';

import { FakeServer, job, jobs, local, refusal, row, status, until } from '../../__tests__/server';
import type { JobList } from '../../wire';
import { KitModel, repositoryOf } from '..';
import { Memory } from '../memory';

let server: FakeServer;
let model: KitModel;
let answer: JobList;

beforeEach(() => {
  answer = jobs('e1', 0);
  server = new FakeServer({
    'GET status': () => status(row('corp', { signed_in_as: 'alice' }), row('dead')),
    'GET local': () => local('churn:tuned'),
    'GET jobs': () => answer,
    'GET repositories': ({ query }) => {
      if (query.registry === 'dead') {
        throw refusal(502, 'unreachable', 'dead does not answer');
      }
      return { items: ['app', 'web'], next: '' };
    },
    'GET tags': () => ({ items: ['v1', 'v2'], next: '' }),
    'POST summaries': ({ body }) =>
      (body as { references: string[] }).references.map(reference => ({ reference, size_bytes: 1, error: null }))
  });
  model = new KitModel({ services: server.services as never, standby: 'never' });
});

afterEach(() => model.dispose());

describe('the model', () => {
  it('asks nothing of a registry that nobody looked at', async () => {
    await model.refresh();
    expect([model.server, model.registries.length, model.local?.repositories.length]).toEqual(['ready', 2, 1]);
    await until(() => server.count('GET jobs') > 0, 'jobs');
    expect([server.count('GET repositories'), server.count('GET tags'), server.count('POST summaries')]).toEqual([
      0, 0, 0
    ]);
  });

  it('says that the extension is missing, and is well again when it came', async () => {
    const { 'GET status': there } = server.routes;
    delete server.routes['GET status'];
    await model.refresh();
    expect(model.server).toBe('missing');
    server.routes['GET status'] = there;
    await model.refresh();
    expect([model.server, model.error]).toEqual(['ready', null]);
  });

  it('keeps what it shows while the server is away', async () => {
    await model.refresh();
    server.routes['GET status'] = () => {
      throw 'connection refused';
    };
    await model.refresh();
    expect([model.server, model.local?.repositories.length]).toEqual(['failed', 1]);
  });

  it('keeps the error of one registry to that registry', async () => {
    await model.refresh();
    await Promise.all([model.repositories('corp').more(), model.repositories('dead').more()]);
    expect(model.repositories('corp').items).toEqual(['app', 'web']);
    expect(model.repositories('dead').error).toMatchObject({ code: 'unreachable', message: 'dead does not answer' });
    expect(model.server).toBe('ready');
  });

  it('tells of an unreadable store, and of the registries all the same', async () => {
    server.routes['GET local'] = () => {
      throw refusal(500, 'store_error', 'the index is damaged');
    };
    await model.refresh();
    expect([model.server, model.localError?.code, model.registries.length]).toEqual(['ready', 'store_error', 2]);
  });

  it('looks again at the registry where somebody signed in, and at no other', async () => {
    await model.refresh();
    await Promise.all([model.repositories('corp').more(), model.repositories('dead').more()]);
    server.routes['POST login'] = () => row('corp');
    await model.login({ registry: 'corp', username: 'alice', password: 'x', plain_http: false });
    await until(() => model.repositories('corp').state === 'ready', 'the registry');
    const asked = server.asked.filter(each => each.path === 'repositories').map(each => each.query.registry);
    expect(asked).toEqual(['corp', 'dead', 'corp']);
  });

  it('looks at the tags and the store again when a transfer ended', async () => {
    await model.refresh();
    await model.tags('corp/app').more();
    answer = jobs('e1', 1, job('v3', { reference: 'corp/app:v3' }));
    await model.jobs.refresh();
    const before = server.count('GET local');
    answer = jobs('e1', 2, job('v3', { seq: 2, reference: 'corp/app:v3', state: 'done' }));
    await model.jobs.refresh();
    await until(() => server.count('GET local') > before && server.count('GET tags') === 2, 'another look');
  });

  it('shows the repository that a push under another name made, and those that others push', async () => {
    await model.refresh();
    const corp = model.repositories('corp');
    await corp.more();
    server.routes['GET repositories'] = () => ({ items: ['app', 'new', 'web'], next: '' });
    const push = { kind: 'push', reference: 'study:v1', destination: 'corp/new:v1' } as const;
    answer = jobs('e1', 1, job('p', push));
    await model.jobs.refresh();
    answer = jobs('e1', 2, job('p', { ...push, seq: 2, state: 'done' }));
    await model.jobs.refresh();
    await until(() => corp.items.includes('new'), 'the repository');
    server.routes['GET repositories'] = () => ({ items: ['app', 'new', 'other', 'web'], next: '' });
    await model.look(new Set(['corp', 'dead']), new Set(['corp/app']));
    expect(corp.items).toEqual(['app', 'new', 'other', 'web']);
    expect([server.count('GET repositories'), server.count('GET tags')]).toEqual([3, 0]);
  });

  it('takes the last answer on a notebook, and none where it could not be asked', async () => {
    const said = { state: 'unchanged', reference: 'churn:tuned', packed: '', place: 'store' };
    let slow = (): void => undefined;
    let changes = 0;
    model.snapshots.changed.connect(() => (changes += 1));
    server.routes['GET snapshot'] = () => new Promise(resolve => (slow = () => resolve({ ...said, state: 'changed' })));
    const first = model.snapshots.look('w/n.ipynb');
    await until(() => server.count('GET snapshot') === 1, 'the question');
    server.routes['GET snapshot'] = () => said;
    await model.snapshots.look('w/n.ipynb');
    slow();
    await first;
    expect([model.snapshots.last('w/n.ipynb'), changes]).toEqual([said, 1]);
    server.routes['GET snapshot'] = () => {
      throw refusal(404, 'not_found');
    };
    await model.snapshots.look('w/n.ipynb');
    expect([model.snapshots.last('w/n.ipynb'), changes]).toEqual([undefined, 2]);
  });
});

it.each([
  ['localhost:5000/a/b:v1', 'localhost:5000/a/b'],
  ['localhost:5000/a/b', 'localhost:5000/a/b'],
  ['a:b', 'a'],
  ['ghcr.io/a/b@sha256:ab', 'ghcr.io/a/b'],
  ['ghcr.io/a/b:t@sha256:ab', 'ghcr.io/a/b']
])('the repository of %s is %s', (reference, repository) => {
  expect(repositoryOf(reference)).toBe(repository);
});

describe('the memory of the panel', () => {
  it('comes back after a reload', async () => {
    const state = new StateDB();
    const memory = new Memory(state);
    await memory.restore();
    memory.open('store', false);
    memory.name('ghcr.io', 'team/model');
    memory.sort('newest');
    const again = new Memory(state);
    await again.restore();
    expect([again.isOpen('store'), again.isOpen('transfers')]).toEqual([false, true]);
    expect(again.isOpen('repository ghcr.io/team/model')).toBe(true);
    expect([again.named, again.order]).toEqual([{ 'ghcr.io': ['team/model'] }, 'newest']);
  });

  it('keeps what somebody folds before it is restored', async () => {
    const state = new StateDB();
    await state.save('kitops-jupyter:panel', { open: ['registry old', 'registry corp'], named: {} });
    const memory = new Memory(state);
    const restored = memory.restore();
    memory.open('registry new', true);
    memory.open('registry corp', false);
    await restored;
    expect(['registry old', 'registry corp', 'registry new'].map(key => memory.isOpen(key))).toEqual([
      true,
      false,
      true
    ]);
  });

  it('is not misled by what someone else wrote there', async () => {
    const state = new StateDB();
    await state.save('kitops-jupyter:panel', { open: [1, 'store', null], named: { a: 'x', b: ['y', 2] }, order: 'x' });
    const memory = new Memory(state);
    await memory.restore();
    expect([[...memory.opened], memory.named, memory.order]).toEqual([['store'], { a: [], b: ['y'] }, 'name']);
  });
});
