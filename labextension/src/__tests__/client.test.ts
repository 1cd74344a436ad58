import { KitClient, KitError, NO_EXTENSION, NO_SERVER } from '../client';
import { FakeServer, jobs, refusal, status } from './server';

const asking = (routes: FakeServer['routes']): { server: FakeServer; client: KitClient } => {
  const server = new FakeServer(routes);
  return { server, client: new KitClient(server.settings) };
};

const errorOf = async (promise: Promise<unknown>): Promise<KitError> => {
  const reason = await promise.then(
    () => null,
    (thrown: unknown) => thrown
  );
  expect(reason).toBeInstanceOf(KitError);
  return reason as KitError;
};

describe('the client', () => {
  it('asks below the base URL, and reading counts as nobody being active', async () => {
    const { server, client } = asking({ 'GET status': () => status() });
    expect((await client.ask('status', {})).version).toBe('0.1.0');
    expect(server.asked[0].query).toEqual({ no_track_activity: '1' });
  });

  it('quotes what is asked for', async () => {
    const { server, client } = asking({ 'GET tags': () => ({ items: [], next: '' }) });
    await client.ask('tags', { repository: 'corp/a&b=c#d', after: 'ü/1', limit: 50 });
    expect(server.asked[0].query).toEqual({
      no_track_activity: '1',
      repository: 'corp/a&b=c#d',
      after: 'ü/1',
      limit: '50'
    });
  });

  it('keeps a zero, and leaves out what is not said', async () => {
    const { server, client } = asking({ 'GET jobs': () => jobs('e', 0), 'GET kit': () => ({}) });
    await client.ask('jobs', { since: 0, epoch: '' });
    await client.ask('kit', { reference: 'a:b', remote: false });
    await client.ask('kit', { reference: 'a:b', remote: true });
    expect(server.asked.map(each => each.query)).toEqual([
      { no_track_activity: '1', since: '0' },
      { no_track_activity: '1', reference: 'a:b' },
      { no_track_activity: '1', reference: 'a:b', remote: 'true' }
    ]);
  });

  it('sends the secret in the body, and never in a URL', async () => {
    const { server, client } = asking({ 'POST login': () => ({}) });
    await client.ask('login', { registry: 'ghcr.io', username: 'alice', password: 's3cret', plain_http: false });
    expect(server.asked[0].query).toEqual({});
    expect(server.asked[0].body).toEqual({
      registry: 'ghcr.io',
      username: 'alice',
      password: 's3cret',
      plain_http: false
    });
  });

  it('takes an answer without a body', async () => {
    const { server, client } = asking({ 'DELETE jobs/a%20b': () => undefined });
    await expect(client.ask('end_job', { id: 'a b' })).resolves.toBeUndefined();
    expect(server.count('DELETE jobs/a%20b')).toBe(1);
  });

  it('puts a field of the path into the path alone, and what a POST is asked into its body', async () => {
    const { server, client } = asking({ 'POST jobs/ab/retry': () => ({}), 'POST remove': () => ({}) });
    await client.ask('retry_job', { id: 'ab' });
    await client.ask('remove', { references: ['a:b'], dry_run: true });
    expect(server.asked.map(({ query, body }) => [query, body])).toEqual([
      [{}, {}],
      [{}, { references: ['a:b'], dry_run: true }]
    ]);
  });

  it('raises what the server refused, with its code and hint', async () => {
    const { client } = asking({
      'GET local': () => {
        throw refusal(409, 'store_busy', 'another pack is at it', 'Wait.');
      }
    });
    expect(await errorOf(client.ask('local', {}))).toMatchObject({
      code: 'store_busy',
      message: 'another pack is at it',
      hint: 'Wait.',
      details: ['why'],
      status: 409
    });
  });

  it('knows a server without our extension from one that does not answer', async () => {
    const { client } = asking({
      'GET local': () => {
        throw 'connection refused';
      }
    });
    expect((await errorOf(client.ask('status', {}))).code).toBe(NO_EXTENSION);
    expect((await errorOf(client.ask('local', {}))).code).toBe(NO_SERVER);
  });

  it("judges a proxy's page by its status, not by its words", async () => {
    const { client } = asking({
      'GET local': () => {
        throw new Response('<h1>Bad Gateway</h1>', { status: 502, statusText: 'Bad Gateway' });
      }
    });
    expect(await errorOf(client.ask('local', {}))).toMatchObject({ code: 'http_502', message: 'Bad Gateway' });
  });

  it('says aborted when nobody wants the answer any more', async () => {
    const stop = new AbortController();
    const { client } = asking({
      'GET local': () => {
        stop.abort();
        throw 'aborted';
      }
    });
    expect((await errorOf(client.ask('local', {}, stop.signal))).code).toBe('aborted');
  });
});

describe('a query', () => {
  const { server, client } = asking({ 'GET kit': () => ({}) });

  it.each(['https://ada:hunter2@h/x', 'ada:hunter2@h/x:v1', 'ada:hunter2%40h/x', 'x@y'])(
    'never has what may be a password: %s',
    async text => {
      for (const answer of [
        client.ask('kit', { reference: text }),
        client.ask('diff', { a: 'a:b', b: text }),
        client.ask('history', { repository: text }),
        client.ask('tags', { repository: text }),
        client.ask('remove_registry', { name: text })
      ]) {
        await expect(answer).rejects.toMatchObject({ code: 'invalid_reference' });
      }
      expect(server.asked).toEqual([]);
    }
  );

  it('with a name that is not Unicode text is an error and no exception of the page', async () => {
    const asked = client.ask('notebook', { reference: 'a:b', key: 'code:0', path: '\udcff.ipynb' });
    await expect(asked).rejects.toMatchObject({ code: 'invalid_reference' });
  });

  it('asks for a kit by its digest', async () => {
    await client.ask('kit', { reference: `a/b@sha256:${'0'.repeat(64)}` });
    expect(server.asked).toHaveLength(1);
  });
});
