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
    expect((await client.status()).version).toBe('0.1.0');
    expect(server.asked[0].query).toEqual({ no_track_activity: '1' });
  });

  it('quotes what is asked for', async () => {
    const { server, client } = asking({ 'GET tags': () => ({ items: [], next: '' }) });
    await client.tags('corp/a&b=c#d', 'ü/1', 50);
    expect(server.asked[0].query).toEqual({
      no_track_activity: '1',
      repository: 'corp/a&b=c#d',
      after: 'ü/1',
      limit: '50'
    });
  });

  it('keeps a zero, and leaves out what is not said', async () => {
    const { server, client } = asking({ 'GET jobs': () => jobs('e', 0), 'GET kit': () => ({}) });
    await client.jobs(0, '');
    await client.kit('a:b');
    await client.kit('a:b', true);
    expect(server.asked.map(each => each.query)).toEqual([
      { no_track_activity: '1', since: '0' },
      { no_track_activity: '1', reference: 'a:b' },
      { no_track_activity: '1', reference: 'a:b', remote: '1' }
    ]);
  });

  it('sends the secret in the body, and never in a URL', async () => {
    const { server, client } = asking({ 'POST login': () => ({}) });
    await client.login({ registry: 'ghcr.io', username: 'alice', password: 's3cret', plain_http: false });
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
    await expect(client.endJob('a b')).resolves.toBeUndefined();
    expect(server.count('DELETE jobs/a%20b')).toBe(1);
  });

  it('raises what the server refused, with its code and hint', async () => {
    const { client } = asking({
      'GET local': () => {
        throw refusal(409, 'store_busy', 'another pack is at it', 'Wait.');
      }
    });
    expect(await errorOf(client.local())).toMatchObject({
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
    expect((await errorOf(client.status())).code).toBe(NO_EXTENSION);
    expect((await errorOf(client.local())).code).toBe(NO_SERVER);
  });

  it("judges a proxy's page by its status, not by its words", async () => {
    const { client } = asking({
      'GET local': () => {
        throw new Response('<h1>Bad Gateway</h1>', { status: 502, statusText: 'Bad Gateway' });
      }
    });
    expect(await errorOf(client.local())).toMatchObject({ code: 'http_502', message: 'Bad Gateway' });
  });

  it('says aborted when nobody wants the answer any more', async () => {
    const stop = new AbortController();
    const { client } = asking({
      'GET local': () => {
        stop.abort();
        throw 'aborted';
      }
    });
    expect((await errorOf(client.local(stop.signal))).code).toBe('aborted');
  });
});

describe('a query', () => {
  const { server, client } = asking({ 'GET kit': () => ({}) });

  it.each(['https://ada:hunter2@h/x', 'ada:hunter2@h/x:v1', 'ada:hunter2%40h/x', 'x@y'])(
    'never has what may be a password: %s',
    async text => {
      const questions = [() => client.kit(text), () => client.diff('a:b', text), () => client.history(text)];
      for (const ask of [...questions, () => client.tags(text), () => client.removeRegistry(text)]) {
        await expect(ask()).rejects.toMatchObject({ code: 'invalid_reference' });
      }
      expect(server.asked).toEqual([]);
    }
  );

  it('with a name that is not Unicode text is an error and no exception of the page', async () => {
    await expect(client.notebook('a:b', 'code:0', '\udcff.ipynb')).rejects.toMatchObject({ code: 'invalid_reference' });
  });

  it('asks for a kit by its digest', async () => {
    await client.kit(`a/b@sha256:${'0'.repeat(64)}`);
    expect(server.asked).toHaveLength(1);
  });
});
