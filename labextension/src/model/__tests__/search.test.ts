// A search through the tags of a registry: in steps, as far as somebody wants, each registry on its own.

import { FakeServer, refusal, until } from '../../__tests__/server';
import { KitModel } from '..';
import type { SearchPage } from '../../wire';

const page = (lookedAt: number, next: string, more: Partial<SearchPage> = {}): SearchPage => ({
  found: [],
  looked_at: lookedAt,
  repositories: 1000,
  next,
  unread: 0,
  error: null,
  ...more
});

describe('a search', () => {
  let server: FakeServer;
  let model: KitModel;

  beforeEach(() => {
    server = new FakeServer({
      'GET search': ({ query }) => {
        if (query.registry === 'dead') {
          throw refusal(504, 'unreachable', 'dead does not answer');
        }
        const at = Number(query.after ?? 0) + 100;
        return page(at, at < 1000 ? String(at) : '', { found: [{ name: `r${at}`, tags: ['champion'], more: 0 }] });
      }
    });
    model = new KitModel({ services: server.services as never, standby: 'never' });
  });

  afterEach(() => model.dispose());

  it('stops by itself at 400 repositories, says so, and looks further when it is asked to', async () => {
    model.searches.look('champ', ['corp']);
    await until(() => model.searches.get('corp')?.isLooking === false, 'the first 400');
    const search = model.searches.get('corp')!;
    expect([search.lookedAt, search.repositories, search.hasMore, search.found.size]).toEqual([400, 1000, true, 4]);
    await search.further();
    await search.further();
    expect([search.lookedAt, search.hasMore, search.found.size]).toEqual([1000, false, 10]);
  });

  it('asks for a text that stays, not for each letter', async () => {
    model.searches.look('ch', ['corp']);
    model.searches.look('champ', ['corp']);
    await until(() => model.searches.get('corp')?.isLooking === false, 'the answer');
    expect(new Set(server.asked.map(({ query }) => query.text))).toEqual(new Set(['champ']));
  });

  it('of a registry that is dead says why, and holds up no other', async () => {
    model.searches.look('champ', ['dead', 'corp']);
    await until(() => model.searches.get('corp')?.isLooking === false, 'the other');
    expect(model.searches.get('dead')?.error?.message).toBe('dead does not answer');
    expect(model.searches.get('corp')?.found.size).toBe(4);
  });

  it('that was asked to wait goes on where it was, when it is asked to', async () => {
    let isBusy = true;
    server.routes['GET search'] = ({ query }) =>
      isBusy
        ? page(7, 'r7', { error: { code: 'too_many_requests', message: 'asks to wait', hint: '', details: [] } })
        : page(1000, '', { found: [{ name: `after ${query.after}`, tags: ['champion'], more: 0 }] });
    model.searches.look('champ', ['corp']);
    await until(() => model.searches.get('corp')?.error !== null && !!model.searches.get('corp'), 'the refusal');
    const search = model.searches.get('corp')!;
    expect([search.lookedAt, search.hasMore]).toEqual([7, true]);
    isBusy = false;
    await search.further();
    expect([...search.found.keys()]).toEqual(['after r7']);
  });

  it('is given up when another text is looked for', async () => {
    model.searches.look('champ', ['corp']);
    await until(() => model.searches.get('corp') !== undefined, 'the search');
    const search = model.searches.get('corp')!;
    model.searches.look('', ['corp']);
    expect([search.isLooking, model.searches.get('corp')]).toEqual([false, undefined]);
  });
});
