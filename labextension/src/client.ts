// The server's REST, one typed method an endpoint. Components never see this: they get the model.

import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import type * as wire from './wire';

const ROOT = 'kitops/api';

/** The code of an error when the answer is not from our server extension: it is absent or disabled. */
export const NO_EXTENSION = 'no_server_extension';

/** The code of an error when there was no answer at all. */
export const NO_SERVER = 'no_server';

/** What went wrong: a code to judge it by, a message and a hint for people. */
export class KitError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly hint = '',
    readonly details: readonly string[] = [],
    readonly status = 0
  ) {
    super(message);
    this.name = 'KitError';
  }

  /** An error that the server sent inside an answer: of a job, of one kit among others. */
  static of(error: wire.Error): KitError {
    return new KitError(error.code, error.message, error.hint, error.details);
  }

  /** Anything that was thrown, as a KitError. */
  static from(reason: unknown): KitError {
    return reason instanceof KitError
      ? reason
      : new KitError('unexpected', String((reason as Error)?.message ?? reason));
  }
}

/** What starts a job; the server's `POST jobs` says which fields each kind takes. */
export type JobRequest =
  | {
      kind: 'pull';
      reference: string;
      filters?: string[];
      directory?: string | null;
      include_remote?: boolean;
      on_conflict?: 'refuse' | 'keep' | 'overwrite';
    }
  | { kind: 'push'; reference: string; destination?: string }
  | {
      kind: 'pack';
      directory: string;
      kitfile?: string;
      reference: string;
      notebook?: string;
      record_environment?: boolean;
      push?: boolean;
      follow_links?: boolean;
      compression?: string;
    }
  | { kind: 'copy'; source: string; destination: string };

/** What a pack is asked about; `dropped` are the keys of layers whose entries are taken out of `kitfile` first. */
export interface ICheckPack {
  directory: string;
  kitfile: string;
  notebook: string;
  follow_links: boolean;
  dropped: readonly string[];
}

export interface ILogin {
  registry: string;
  username: string;
  password: string;
  plain_http: boolean;
}

type Query = { [name: string]: string | number | undefined };

export class KitClient {
  constructor(private readonly _server: ServerConnection.ISettings) {}

  status(signal?: AbortSignal): Promise<wire.Status> {
    return this._get('status', {}, signal);
  }

  addRegistry(name: string, url: string, plainHttp: boolean): Promise<wire.RegistryRow> {
    return this._send('POST', 'registries', { name, url, plain_http: plainHttp });
  }

  async removeRegistry(name: string): Promise<void> {
    return this._send('DELETE', `registries${queryOf({ name })}`);
  }

  local(signal?: AbortSignal): Promise<wire.LocalList> {
    return this._get('local', {}, signal);
  }

  repositories(registry: string, after = '', limit = 1000, signal?: AbortSignal): Promise<wire.Page> {
    return this._get('repositories', { registry, after, limit }, signal);
  }

  tags(repository: string, after = '', limit = 1000, signal?: AbortSignal): Promise<wire.Page> {
    return this._get('tags', { repository, after, limit }, signal);
  }

  summaries(references: readonly string[], signal?: AbortSignal): Promise<wire.Summary[]> {
    return this._send('POST', 'summaries', { references }, signal);
  }

  kit(reference: string, remote = false, signal?: AbortSignal): Promise<wire.KitView> {
    return this._get('kit', { reference, remote: remote ? 1 : undefined }, signal);
  }

  files(
    reference: string,
    key: string,
    folder = '',
    after = '',
    limit = 500,
    signal?: AbortSignal
  ): Promise<wire.FilePage> {
    return this._get('files', { reference, key, folder, after, limit }, signal);
  }

  notebook(reference: string, key: string, path: string, signal?: AbortSignal): Promise<wire.NotebookView> {
    return this._get('notebook', { reference, key, path }, signal);
  }

  diff(a: string, b: string, signal?: AbortSignal): Promise<wire.DiffView> {
    return this._get('diff', { a, b }, signal);
  }

  history(repository: string, signal?: AbortSignal): Promise<wire.HistoryRow[]> {
    return this._get('history', { repository }, signal);
  }

  checkPull(
    reference: string,
    filters: readonly string[],
    directory: string | null,
    include_remote = false
  ): Promise<wire.PullCheck> {
    return this._send('POST', 'check/pull', { reference, filters, directory, include_remote });
  }

  checkPack(asked: ICheckPack): Promise<wire.PackCheck> {
    return this._send('POST', 'check/pack', asked);
  }

  jobs(since = 0, epoch = '', signal?: AbortSignal): Promise<wire.JobList> {
    return this._get('jobs', { since, epoch }, signal);
  }

  startJob(request: JobRequest): Promise<wire.Job> {
    return this._send('POST', 'jobs', request);
  }

  /** Cancel a job that runs; forget one that ended. */
  endJob(id: string): Promise<void> {
    return this._send('DELETE', `jobs/${encodeURIComponent(id)}`);
  }

  retryJob(id: string): Promise<wire.Job> {
    return this._send('POST', `jobs/${encodeURIComponent(id)}/retry`, {});
  }

  /** The secret goes to the server once and is in no answer. */
  login(form: ILogin): Promise<wire.RegistryRow> {
    return this._send('POST', 'login', form);
  }

  /** How many transfers run at the same time. */
  limit(transfersAtOnce: number): Promise<void> {
    return this._send('POST', 'limits', { transfers_at_once: transfersAtOnce });
  }

  logout(registry: string): Promise<void> {
    return this._send('POST', 'logout', { registry });
  }

  tag(source: string, target: string): Promise<void> {
    return this._send('POST', 'tag', { source, target });
  }

  promote(reference: string, to: string, undo = false): Promise<{ command: string; text: string }> {
    return this._send('POST', 'promote', { reference, to, undo });
  }

  remove(
    references: readonly string[],
    options: { remote?: boolean; force?: boolean; dry_run?: boolean } = {}
  ): Promise<{ freed_bytes: number; references: string[]; text: string }> {
    return this._send('POST', 'remove', { references, remote: false, force: false, dry_run: false, ...options });
  }

  validate(text: string): Promise<{ accepted: boolean; problems: wire.Problem[]; config: string; yaml: string }> {
    return this._send('POST', 'validate', { text });
  }

  /** A reading does not count as somebody's activity: a panel left open must not keep an idle server alive. */
  private async _get<T>(path: string, query: Query, signal?: AbortSignal): Promise<T> {
    return this._ask<T>(path + queryOf({ no_track_activity: 1, ...query }), { method: 'GET', signal });
  }

  private _send<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
    return this._ask<T>(path, { method, signal, body: body === undefined ? undefined : JSON.stringify(body) });
  }

  private async _ask<T>(path: string, init: RequestInit): Promise<T> {
    let response: Response;
    try {
      response = await ServerConnection.makeRequest(URLExt.join(this._server.baseUrl, ROOT, path), init, this._server);
    } catch (reason) {
      if (init.signal?.aborted) {
        throw new KitError('aborted', 'no longer asked');
      }
      throw new KitError(NO_SERVER, String((reason as Error)?.message ?? reason));
    }
    const text = response.status === 204 ? '' : await response.text();
    if (response.ok) {
      return (text ? parsed(text) : undefined) as T;
    }
    throw refusal(response, parsed(text));
  }
}

/** Arguments that name something of a registry: an `@` in one is a digest's, or stands behind a password. */
const NAMES = new Set(['reference', 'registry', 'repository', 'name', 'a', 'b']);
const USER_PART = /(?:[@\ufe6b\uff20]|%40)(?!sha(?:256|384|512):)/i;

/** The query of an address, which proxies and servers log: it never has a password that somebody pasted. */
function queryOf(query: Query): string {
  const asked: { [name: string]: string } = {};
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === '') {
      continue;
    }
    const text = String(value);
    if (/\p{Cs}/u.test(text) || (NAMES.has(name) && USER_PART.test(text))) {
      throw new KitError('invalid_reference', 'no kit has a name with a user or a password in it, or half a character');
    }
    asked[name] = text;
  }
  return URLExt.objectToQueryString(asked);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function refusal(response: Response, answer: unknown): KitError {
  const { code, message, hint, details } = (answer ?? {}) as Partial<wire.Error>;
  if (typeof code === 'string' && code) {
    return new KitError(code, message ?? '', hint ?? '', details ?? [], response.status);
  }
  if (response.status === 404) {
    return new KitError(NO_EXTENSION, response.statusText, '', [], 404);
  }
  return new KitError(`http_${response.status}`, message || response.statusText, '', [], response.status);
}
