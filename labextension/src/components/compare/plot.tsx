import type { TranslationBundle } from '@jupyterlab/translation';
import type { JSX } from 'react';

import { inert, shortNumber } from '../../format';
import type { ILine } from './state';

/** As `kit compare` draws it in a cell. */
const [WIDTH, HEIGHT, EDGE] = [320, 72, 6];
const POINTS = 500;

/** A metric over time: the name, the lowest and the highest number; a point says whose it is when it is pointed at. */
export function Plot({ line, trans }: { line: ILine; trans: TranslationBundle }): JSX.Element {
  const points = line.points.slice(-POINTS);
  const values = points.map(({ value }) => value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const step = (WIDTH - 2 * EDGE) / Math.max(1, points.length - 1);
  const span = high - low || 1;
  const places = values.map((value, at) => [
    EDGE + at * step,
    HEIGHT - EDGE - ((value - low) / span) * (HEIGHT - 2 * EDGE)
  ]);
  const name = trans.__('%1: %2 to %3', inert(line.name, 80), shortNumber(low), shortNumber(high));
  const ends = [points[0], points[points.length - 1]].map(({ label }) => inert(label, 60));
  return (
    <figure className="kitops-Plot">
      <figcaption>{name}</figcaption>
      <svg
        role="img"
        aria-label={trans.__('%1, from %2 to %3', name, ends[0], ends[1])}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        width={WIDTH}
        height={HEIGHT}
      >
        <polyline points={places.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ')} />
        {places.map(([x, y], at) => (
          <circle key={at} cx={x.toFixed(1)} cy={y.toFixed(1)} r={places.length > 60 ? 2 : 3.5}>
            <title>{`${inert(points[at].label, 120)}: ${shortNumber(values[at])}`}</title>
          </circle>
        ))}
      </svg>
    </figure>
  );
}
