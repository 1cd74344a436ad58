import { FakeServer, job, jobs, refusal, until } from '../../__tests__/server';
import { KitClient } from '../../client';
import type { JobList } from '../../wire';
import type { IJobChange } from '../jobs';
import { JOB_EVENT, Jobs } from '../jobs';

let answer: JobList;
let server: FakeServer;
let all: Jobs;
let moved: IJobChange[];

beforeEach(() => {
  answer = jobs('e1', 0);
  server = new FakeServer({ 'GET jobs': () => answer });
  all = new Jobs(new KitClient(server.settings), server.services.events, 'never');
  moved = [];
  all.moved.connect((_, change) => void moved.push(change));
});

afterEach(() => all.dispose());

const ids = (): string[] => all.all.map(each => each.id);
const nudge = (epoch: string, data: object): void =>
  server.stream.emit({ schema_id: JOB_EVENT, epoch, seq: 9, job: data } as never);

describe('jobs', () => {
  it('are shown, but not reported as news, when a page finds them at its start', async () => {
    answer = jobs('e1', 2, job('a', { state: 'done' }), job('bb'));
    await all.refresh();
    expect(ids()).toEqual(['bb', 'a']);
    expect(all.going.map(each => each.id)).toEqual(['bb']);
    expect(moved).toEqual([]);
  });

  it('are asked for since the last answer while something goes on, and merged', async () => {
    answer = jobs('e1', 5, job('a', { seq: 4 }), job('bb', { seq: 5 }));
    await all.refresh();
    answer = jobs('e1', 6, job('bb', { seq: 6, state: 'done' }));
    await all.refresh();
    expect(server.asked[1].query).toMatchObject({ since: '5', epoch: 'e1' });
    expect(ids()).toEqual(['bb', 'a']);
    expect(moved).toMatchObject([{ job: { id: 'bb', state: 'done' }, was: 'running' }]);
  });

  it('are replaced, never merged, after the server restarted', async () => {
    answer = jobs('e1', 5, job('a', { seq: 5 }));
    await all.refresh();
    answer = jobs('e2', 1, job('bb', { seq: 1 }));
    await all.refresh();
    expect(ids()).toEqual(['bb']);
  });

  it('disappear when another page forgot them and nothing runs', async () => {
    answer = jobs('e1', 5, job('a', { state: 'done' }), job('bb', { state: 'failed' }));
    await all.refresh();
    answer = jobs('e1', 5, job('bb', { state: 'failed' }));
    await all.refresh();
    expect(server.asked[1].query).toMatchObject({ since: '0' });
    expect(ids()).toEqual(['bb']);
  });

  it('take their bytes from the event bus without asking', async () => {
    answer = jobs('e1', 1, job('a'));
    await all.refresh();
    nudge('e1', { id: 'a', state: 'running', done_bytes: 700, total_bytes: 1000 });
    nudge('e1', { id: 'a', state: 'running', done_bytes: 300, total_bytes: 1000 });
    expect(all.find('a')?.done_bytes).toBe(700);
    expect(server.count('GET jobs')).toBe(1);
    expect(moved).toHaveLength(1);
  });

  it.each([
    ['ended', 'e1', { id: 'a', state: 'done', done_bytes: 1000 }],
    ['is new', 'e1', { id: 'x', state: 'running', done_bytes: 0 }],
    ['is of another server', 'e2', { id: 'a', state: 'running', done_bytes: 900 }],
    ['makes no sense', 'e1', {}]
  ])('are asked for when an event %s', async (_, epoch, data) => {
    answer = jobs('e1', 1, job('a'));
    await all.refresh();
    nudge(epoch, data);
    await until(() => server.count('GET jobs') === 2, 'a question');
    expect(all.find('a')?.done_bytes).toBe(0);
  });

  it('do not listen to events of others', async () => {
    answer = jobs('e1', 1, job('a'));
    await all.refresh();
    server.stream.emit({ schema_id: 'https://events.jupyter.org/x', job: { id: 'a', state: 'done' } } as never);
    await new Promise(resolve => setTimeout(resolve, 30));
    expect(server.count('GET jobs')).toBe(1);
  });

  it('go on to be polled after a server did not answer', async () => {
    server.routes['GET jobs'] = () => {
      throw refusal(503, 'down');
    };
    await all.refresh();
    server.routes['GET jobs'] = () => jobs('e1', 1, job('a'));
    await all.refresh();
    expect(ids()).toEqual(['a']);
  });

  it('begin, and are shown before the next poll', async () => {
    server.routes['POST jobs'] = () => job('new', { state: 'waiting' });
    answer = jobs('e1', 1, job('new'));
    const began = await all.start({ kind: 'push', reference: 'a:b' });
    expect(began.id).toBe('new');
    expect(ids()).toEqual(['new']);
    expect(moved[0]).toMatchObject({ was: null });
    expect(server.asked[0].body).toEqual({ kind: 'push', reference: 'a:b' });
  });

  it('are cancelled, and then asked for whole', async () => {
    answer = jobs('e1', 1, job('a'));
    await all.refresh();
    server.routes['DELETE jobs/a'] = () => undefined;
    answer = jobs('e1', 2, job('a', { seq: 2, state: 'cancelled' }));
    await all.end('a');
    expect(all.find('a')?.state).toBe('cancelled');
    expect(moved).toMatchObject([{ job: { state: 'cancelled' }, was: 'running' }]);
  });

  it('are forgotten together once they ended, while running ones stay', async () => {
    answer = jobs('e1', 1, job('a'), job('bb', { state: 'done' }), job('ccc', { state: 'failed' }));
    await all.refresh();
    server.routes['DELETE jobs/bb'] = server.routes['DELETE jobs/ccc'] = () => undefined;
    answer = jobs('e1', 1, job('a'));
    await all.forget();
    expect(ids()).toEqual(['a']);
    expect(server.count('DELETE jobs/a')).toBe(0);
  });

  it('ask nothing after they were disposed', async () => {
    await all.refresh();
    all.dispose();
    nudge('e9', { id: 'a' });
    await new Promise(resolve => setTimeout(resolve, 30));
    expect(server.count('GET jobs')).toBe(1);
  });
});
