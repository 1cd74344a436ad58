// A repository of six tags in two pages, and what was logged with its kits.

import type { ComparedTag, ComparePage, KitSeries } from '../../../wire';

export const HOSTILE = '<img src=x onerror=alert(1)>\u202e';

const tag = (at: number, more: Partial<ComparedTag> = {}): ComparedTag => ({
  tag: `v${at}`,
  digest: `sha256:${at}`,
  created: `2026-01-${String(at).padStart(2, '0')}T00:00:00Z`,
  message: '',
  metrics: { auc: at / 10, loss: 1 / at },
  params: { depth: at, seed: 1 },
  problem: '',
  ...more
});

export const PAGES: { [after: string]: ComparePage } = {
  '': { items: [tag(10), tag(3), tag(2)], next: 'v2', total: 6, lower: ['loss'] },
  v2: {
    items: [
      tag(1, { params: { depth: 1, seed: 1, note: HOSTILE } }),
      tag(10, { tag: 'best' }),
      tag(9, { tag: HOSTILE, metrics: {}, params: {}, problem: HOSTILE, digest: '' })
    ],
    next: '',
    total: 6,
    lower: ['loss']
  }
};

export const SERIES: KitSeries[] = [
  {
    digest: 'sha256:10',
    lines: [
      { name: 'once', steps: [7], values: [5] },
      { name: 'loss', steps: [0, 1, 2, 3], values: [4, null, 2, 1e308] },
      { name: 'nan', steps: [0], values: [null] }
    ],
    more: 0,
    problem: ''
  },
  { digest: 'sha256:3', lines: [{ name: 'loss', steps: [0, 9], values: [-1e308, null] }], more: 1, problem: '' },
  { digest: 'sha256:2', lines: [], more: 0, problem: '' },
  { digest: 'sha256:1', lines: [], more: 0, problem: HOSTILE }
];

export const compareSeries = async (_: string, digests: readonly string[]): Promise<KitSeries[]> =>
  SERIES.filter(({ digest }) => digests.includes(digest));
