// The server's REST, as the generated table of its routes says. Components never see this: they get the model.

import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import type { Error as WireError, Routes } from './wire';
import { ROUTES } from './wire';

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
  static of(error: WireError): KitError {
    return new KitError(error.code, error.message, error.hint, error.details);
  }

  /** Anything that was thrown, as a KitError. */
  static from(reason: unknown): KitError {
    return reason instanceof KitError
      ? reason
      : new KitError('unexpected', String((reason as Error)?.message ?? reason));
  }
}

type Fields = { [name: string]: unknown };

export class KitClient {
  constructor(private readonly _server: ServerConnection.ISettings) {}

  /** Ask a route. A reading does not count as somebody's activity: a panel left open keeps no idle server alive. */
  async ask<Name extends keyof Routes>(
    name: Name,
    asked: Routes[Name]['asks'],
    signal?: AbortSignal
  ): Promise<Routes[Name]['answer']> {
    const fields: Fields = { ...asked };
    const [method, place] = ROUTES[name].split(' ');
    const path = place.replace(/{(\w+)}/, (_, part: string) => {
      const text = encodeURIComponent(String(fields[part]));
      delete fields[part];
      return text;
    });
    return method === 'POST'
      ? this._ask(path, { method, signal, body: JSON.stringify(fields) })
      : this._ask(path + queryOf(method === 'GET' ? { no_track_activity: 1, ...fields } : fields), { method, signal });
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
function queryOf(query: Fields): string {
  const asked: { [name: string]: string } = {};
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === '' || value === false) {
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
  const { code, message, hint, details } = (answer ?? {}) as Partial<WireError>;
  if (typeof code === 'string' && code) {
    return new KitError(code, message ?? '', hint ?? '', details ?? [], response.status);
  }
  if (response.status === 404) {
    return new KitError(NO_EXTENSION, response.statusText, '', [], 404);
  }
  return new KitError(`http_${response.status}`, message || response.statusText, '', [], response.status);
}
