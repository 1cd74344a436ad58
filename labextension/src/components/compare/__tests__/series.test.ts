import type { KitSeries } from '../../../wire';
import { SeriesState } from '../series';
import { compareSeries, HOSTILE, SERIES } from './tags';

describe('what was logged', () => {
  it('is asked for once, a kit that cannot be read again, and only what is still wanted is kept', async () => {
    const asked: (readonly string[])[] = [];
    const series = new SeriesState(
      {
        compareSeries: (name, digests) => {
          asked.push(digests);
          return compareSeries(name, digests);
        }
      },
      'corp/app'
    );
    expect(series.isShown).toBe(false);
    series.labels = new Map([['sha256:10', 'v10, best']]);
    await series.draw(['sha256:10', 'sha256:2', 'sha256:1']);
    expect(series.plots.map(({ name }) => name)).toEqual(['loss', 'once', 'nan']);
    expect(series.plots[0].curves.map(({ at, label }) => [at, label])).toEqual([[0, 'v10, best']]);
    expect([series.without, series.unread.map(({ problem }) => problem)]).toEqual([['sha256:2'], [HOSTILE]]);
    await series.draw(['sha256:1', 'sha256:10', 'sha256:3']);
    expect(series.plots[0].curves.map(({ at }) => at)).toEqual([1, 2]);
    expect(series.hasMore).toBe(true);
    await series.draw(['sha256:2']);
    expect(asked).toEqual([['sha256:10', 'sha256:2', 'sha256:1'], ['sha256:1', 'sha256:3'], ['sha256:2']]);
    expect([series.plots, series.hasMore]).toEqual([[], false]);
  });

  it('does not come back when it was hidden before it came', async () => {
    let send: (found: KitSeries[]) => void = () => undefined;
    const series = new SeriesState({ compareSeries: () => new Promise(resolve => (send = resolve)) }, 'corp/app');
    const drawn = series.draw(['sha256:10']);
    expect(series.isLoading).toBe(true);
    series.hide();
    send(SERIES);
    await drawn;
    expect([series.isShown, series.isLoading, series.plots]).toEqual([false, false, []]);
  });
});
