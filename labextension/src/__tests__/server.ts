// The HTTP edge: a Jupyter server that answers what a test says. Everything on this side of it is the real thing.

import type { Event } from '@jupyterlab/services';
import { ServerConnection } from '@jupyterlab/services';
import { Signal } from '@lumino/signaling';

import type { Job, JobList, LocalList, RegistryRow, Status } from '../wire';

export interface IAsked {
  method: string;
  path: string;
  query: { [name: string]: string };
  body: unknown;
}

/** What a route answers; a thrown Response is sent as it is, a thrown string breaks the connection. */
export type Route = (asked: IAsked) => unknown;

export class FakeServer {
  constructor(readonly routes: { [route: string]: Route } = {}) {}

  readonly asked: IAsked[] = [];

  readonly settings = ServerConnection.makeSettings({
    baseUrl: 'http://localhost:8888/user/alice/',
    appendToken: false,
    fetch: (input: RequestInfo | URL) => this._answer(input as Request),
    Request,
    Headers
  });

  /** The server's event bus, as the service manager has it. */
  readonly stream = new Signal<this, Event.Emission>(this);

  get services(): { serverSettings: ServerConnection.ISettings; events: Event.IManager } {
    return { serverSettings: this.settings, events: { stream: this.stream } as unknown as Event.IManager };
  }

  count(route: string): number {
    return this.asked.filter(each => `${each.method} ${each.path}` === route).length;
  }

  private async _answer(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const path = url.pathname.replace('/user/alice/kitops/api/', '');
    const text = await request.text();
    const asked = {
      method: request.method,
      path,
      // JupyterLab adds the time to each request, so that nothing answers from a cache.
      query: Object.fromEntries([...url.searchParams].filter(([name]) => !/^\d+$/.test(name))),
      body: text ? (JSON.parse(text) as unknown) : undefined
    };
    this.asked.push(asked);
    const route = this.routes[`${request.method} ${path}`];
    if (!route) {
      return new Response('<html>404</html>', { status: 404, statusText: 'Not Found' });
    }
    try {
      const answer = await route(asked);
      return answer === undefined ? new Response(null, { status: 204 }) : new Response(JSON.stringify(answer));
    } catch (thrown) {
      if (thrown instanceof Response) {
        return thrown;
      }
      throw new TypeError(String(thrown));
    }
  }
}

export function refusal(status: number, code: string, message = code, hint = ''): Response {
  return new Response(JSON.stringify({ code, message, hint, details: ['why'] }), { status });
}

export const row = (name: string, more: Partial<RegistryRow> = {}): RegistryRow => ({
  name,
  url: `https://${name}`,
  plain_http: false,
  signed_in_as: '',
  is_named: true,
  tls_verify: true,
  ca: '',
  client_cert: '',
  client_key: '',
  ...more
});

export const status = (...registries: RegistryRow[]): Status => ({
  version: '0.1.0',
  epoch: 'e1',
  store: '~/.kitops',
  browse_home: '',
  root: '/srv',
  registries,
  problem: null,
  extras: {}
});

export const local = (...references: string[]): LocalList => ({
  stamp: references.join(),
  size_bytes: 2048,
  problems: [],
  repositories: references.map(reference => ({
    name: reference.split(':')[0],
    tags: [
      {
        tag: reference.split(':')[1],
        reference,
        digest: 'sha256:ab',
        size_bytes: 1024,
        created: '2026-01-01T00:00:00Z',
        kit_name: 'A kit',
        problem: ''
      }
    ]
  }))
});

export const job = (id: string, more: Partial<Job> = {}): Job => ({
  id,
  seq: 1,
  kind: 'pull',
  title: `pull ${id}`,
  reference: `corp/app:${id}`,
  destination: '',
  command: { words: ['pull', `corp/app:${id}`], paths: [] },
  state: 'running',
  started: `2026-01-01T00:00:0${id.length % 10}Z`,
  ended: '',
  done_bytes: 0,
  total_bytes: 1000,
  bytes_per_s: 10,
  items: [],
  result: null,
  error: null,
  ...more
});

export const jobs = (epoch: string, seq: number, ...all: Job[]): JobList => ({ epoch, seq, jobs: all });

/** Wait until it is so. */
export async function until(isSo: () => boolean, what = 'it'): Promise<void> {
  for (let tries = 0; !isSo(); tries++) {
    if (tries > 400) {
      throw new Error(`waited in vain for ${what}`);
    }
    await new Promise(resolve => setTimeout(resolve, 5));
  }
}
