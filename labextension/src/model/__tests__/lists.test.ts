import { until } from '../../__tests__/server';
import { KitError } from '../../client';
import type { Page, Summary } from '../../wire';
import { Pages } from '../pages';
import { Summaries } from '../summaries';

describe('a list in pages', () => {
  const of = (...pages: Page[]): { pages: Pages; asked: string[] } => {
    const asked: string[] = [];
    return {
      asked,
      pages: new Pages(async after => {
        asked.push(after);
        return pages[asked.length - 1];
      })
    };
  };

  it('asks for nothing by itself, and for one page at a time', async () => {
    const { pages, asked } = of({ items: ['a', 'b'], next: 'b' }, { items: ['c'], next: '' });
    expect(asked).toEqual([]);
    await Promise.all([pages.more(), pages.more()]);
    expect([pages.items, asked, pages.hasMore]).toEqual([['a', 'b'], [''], true]);
    await pages.more();
    await pages.more();
    expect([pages.items, asked, pages.hasMore]).toEqual([['a', 'b', 'c'], ['', 'b'], false]);
  });

  it('ends with a registry that answers the same page for ever', async () => {
    const { pages, asked } = of({ items: ['a'], next: 'a' }, { items: ['a'], next: 'a' }, { items: ['a'], next: 'a' });
    await pages.more();
    await pages.more();
    await pages.more();
    expect([pages.items, asked.length]).toEqual([['a'], 2]);
  });

  it('keeps what it has when a page fails, and goes on there when told to', async () => {
    let isBroken = false;
    const pages = new Pages(async after => {
      if (isBroken) {
        throw new KitError('unreachable', 'gone');
      }
      return after ? { items: ['b'], next: '' } : { items: ['a'], next: 'a' };
    });
    await pages.more();
    isBroken = true;
    await pages.more();
    await pages.more();
    expect([pages.state, pages.error?.code, pages.items]).toEqual(['failed', 'unreachable', ['a']]);
    isBroken = false;
    await pages.retry();
    expect([pages.state, pages.error, pages.items]).toEqual(['ready', null, ['a', 'b']]);
  });

  it('shows what it has until it has looked again', async () => {
    const { pages } = of({ items: ['a', 'b'], next: '' }, { items: ['b', 'c'], next: '' });
    await pages.look();
    expect(pages.state).toBe('new');
    await pages.more();
    const looking = pages.look();
    expect([pages.items, pages.state]).toEqual([['a', 'b'], 'ready']);
    await looking;
    expect(pages.items).toEqual(['b', 'c']);
  });

  it('is polled only while it is short, and keeps what it has when a poll fails', async () => {
    const long = of({ items: ['a'], next: 'a' }, { items: ['b'], next: '' });
    await long.pages.more();
    await long.pages.look(true);
    await long.pages.more();
    await long.pages.look(true);
    expect(long.asked).toEqual(['', 'a']);
    let count = 0;
    const short = new Pages(async () => {
      if (count++) {
        throw new KitError('unreachable', 'gone');
      }
      return { items: ['a'], next: '' };
    });
    await short.more();
    await short.look(true);
    expect([count, short.items, short.error]).toEqual([2, ['a'], null]);
  });

  it('drops the answer to a question that was taken back', async () => {
    const answers: ((page: Page) => void)[] = [];
    const pages = new Pages(() => new Promise(resolve => answers.push(resolve)));
    void pages.more();
    const again = pages.restart();
    answers[1]({ items: ['new'], next: '' });
    answers[0]({ items: ['old'], next: '' });
    await again;
    expect(pages.items).toEqual(['new']);
  });
});

describe('summaries', () => {
  const said = (reference: string): Summary => ({
    reference,
    digest: 'sha256:ab',
    size_bytes: 1,
    created: '',
    kit_name: '',
    is_local: false,
    layers_here: 0,
    layers: 1,
    error: null
  });
  const names = (count: number, prefix = 'r'): string[] =>
    Array.from({ length: count }, (_, index) => `${prefix}${index}`);

  it('are asked for the rows in sight only, when the scrolling rests, fifty at a time', async () => {
    const asked: (readonly string[])[] = [];
    const summaries = new Summaries(async references => {
      asked.push(references);
      return references.map(said);
    });
    summaries.want(names(30, 'passed'));
    summaries.want(names(70));
    await until(() => summaries.get('r69') !== undefined, 'the last summary');
    expect(asked.map(each => each.length)).toEqual([50, 20]);
    expect(asked.flat()).toEqual(names(70));
    summaries.want(names(70));
    await new Promise(resolve => setTimeout(resolve, 200));
    expect(asked).toHaveLength(2);
    summaries.dispose();
  });

  it('are shown as failed when they fail, and not requested for ever', async () => {
    let count = 0;
    const summaries = new Summaries(async () => {
      count += 1;
      throw new KitError('unreachable', 'gone');
    });
    summaries.want(['a', 'b']);
    await until(() => summaries.get('b') !== undefined, 'an answer');
    expect(summaries.get('a')?.error).toMatchObject({ code: 'unreachable', message: 'gone' });
    summaries.want(['a', 'b']);
    await new Promise(resolve => setTimeout(resolve, 200));
    expect(count).toBe(1);
    summaries.dispose();
  });

  it('are not requested again when a server leaves them out', async () => {
    const summaries = new Summaries(async () => [said('b')]);
    summaries.want(['a', 'b']);
    await until(() => summaries.get('a') !== undefined, 'an answer');
    expect(summaries.get('a')?.error?.code).toBe('unanswered');
    expect(summaries.get('b')?.error).toBeNull();
    summaries.dispose();
  });

  it('are forgotten where a kit moved, and asked for again', async () => {
    let size = 1;
    const summaries = new Summaries(async references => references.map(each => ({ ...said(each), size_bytes: size })));
    summaries.want(['a', 'b']);
    await until(() => summaries.get('b') !== undefined, 'an answer');
    size = 2;
    summaries.forget(reference => reference === 'a');
    summaries.want(['a', 'b']);
    await until(() => summaries.get('a') !== undefined, 'an answer');
    expect([summaries.get('a')?.size_bytes, summaries.get('b')?.size_bytes]).toEqual([2, 1]);
    summaries.dispose();
  });

  it('do not fill the memory of a page', async () => {
    const summaries = new Summaries(async references => references.map(said));
    const all = names(5000);
    summaries.want(all);
    await until(() => summaries.get('r4999') !== undefined, 'the last summary');
    expect(all.filter(each => summaries.get(each)).length).toBe(4000);
    summaries.dispose();
  });
});
