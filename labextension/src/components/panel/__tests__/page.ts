// The panel in the page, before a server that answers what a test says.

import { nullTranslator } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import { act, fireEvent, within } from '@testing-library/react';

import { FakeServer, jobs, local, refusal, row, status } from '../../../__tests__/server';
import { KitModel } from '../../../model';
import { Memory } from '../../../model/memory';
import type { JobList } from '../../../wire';
import { KitPanel } from '..';

export const HOSTILE = '<img src=x onerror=alert(1)>';

let answer: JobList;

// What each test has of its own; made anew before it.
export let model: KitModel;
export let panel: KitPanel;
export let ran: [string, object | undefined][];
export let server: FakeServer;

/** jsdom lays nothing out: say how tall the tree is. */
export const TALL = 480;

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
    'GET search': ({ query }) => {
      if (query.registry !== 'many') {
        throw refusal(502, 'unreachable', 'not searched');
      }
      const found = [{ name: 'deep/inside', tags: ['champion', HOSTILE], more: 0 }];
      return { found, looked_at: 400, repositories: 1000, next: query.after ? '' : 'z', unread: 2, error: null };
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
  model = new KitModel({ services: server.services as never, standby: 'never' });
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

export const rows = (): HTMLElement[] => [...panel.node.querySelectorAll<HTMLElement>('[role=treeitem]')];
export const texts = (): (string | null)[] =>
  rows().map(each => each.querySelector('.kitops-Row-label')?.textContent ?? null);
export const find = (text: string): HTMLElement => {
  const found = rows().find(each => each.textContent?.includes(text));
  if (!found) {
    throw new Error(`no row says ${text}: ${rows().map(each => each.textContent)}`);
  }
  return found;
};
/** React draws at the end of each act. */
export const shown = async (isSo: () => boolean, what: string): Promise<void> => {
  for (let tries = 0; !isSo(); tries++) {
    if (tries > 600) {
      throw new Error(`waited in vain for ${what}: ${panel.node.textContent}`);
    }
    await act(() => new Promise(resolve => setTimeout(resolve, 10)));
  }
};
export const click = async (text: string): Promise<void> => {
  await act(async () => void fireEvent.click(find(text)));
};
export const press = async (...keys: string[]): Promise<void> => {
  for (const key of keys) {
    await act(async () => void fireEvent.keyDown(document.activeElement ?? document.body, { key }));
    await act(() => new Promise(resolve => setTimeout(resolve, 30)));
  }
};
export const button = (name: string): HTMLElement => within(panel.node).getByRole('button', { name });

/** What the server says of its jobs from now on. */
export const answers = (all: JobList['jobs']): void => {
  answer = jobs('e1', 9, ...all);
};
