import type { TranslationBundle } from '@jupyterlab/translation';
import type { JSX } from 'react';
import { useId } from 'react';

import { inert, shortNumber } from '../../format';
import type { IActions } from '../shared/actions';
import { Failure, Waiting } from '../shared/notes';
import { Button } from '../shared/parts';
import { useSignals } from '../shared/signal';
import type { ICurve, ICurves, SeriesState } from './series';

/** As in a cell: each line differs in colour and in dashes, and has a contrast of 3 to 1 on white and on black. */
const LOOKS: readonly (readonly [colour: string, dashes: string])[] = [
  ['#2f81d9', 'none'],
  ['#c9680a', '6 3'],
  ['#2b9355', '2 2'],
  ['#c94f9b', '9 3 2 3'],
  ['#8268d8', '4 2'],
  ['#12898f', '1 3']
];

/** In pixels: the picture, what is above and below its lines, and a letter of its numbers. */
const [WIDTH, HEIGHT, TOP, BOTTOM, LETTER] = [320, 160, 8, 22, 6.5];

type Place = readonly [x: number, y: number];

/** What was logged over its steps, once somebody asked for it. */
export function Curves({ series, actions }: { series: SeriesState; actions: IActions }): JSX.Element | null {
  useSignals(series.changed);
  const { trans } = actions;
  const { error, isLoading, isShown, plots, unread, without } = series;
  if (!isShown) {
    return null;
  }
  return (
    <section className="kitops-Curves" aria-label={trans.__('Metrics over steps')}>
      <div className="kitops-Compare-plots">
        {plots.map(plot => (
          <OneMetric key={plot.name} plot={plot} trans={trans} />
        ))}
      </div>
      {isLoading && <Waiting>{trans.__('Reading what was logged…')}</Waiting>}
      {error && <Failure error={error} actions={actions} retry={() => void series.retry()} />}
      <div role="status">
        {without.length > 0 && (
          <p>{trans.__('No series was logged: %1', without.map(each => inert(each, 60)).join(', '))}</p>
        )}
        {unread.map(({ label, problem }) => (
          <p key={label} className="kitops-mod-warning">
            {trans.__('The log of %1 cannot be read: %2', inert(label, 60), inert(problem, 600))}
          </p>
        ))}
        {series.hasMore && <p>{trans.__('Not all metrics are drawn: %kit log shows those of one kit')}</p>}
      </div>
      <Button onClick={() => series.hide()}>{trans.__('Hide the steps')}</Button>
    </section>
  );
}

/** A metric with a line for each kit; a legend says which is which, and its last number. */
function OneMetric({ plot: { name, curves }, trans }: { plot: ICurves; trans: TranslationBundle }): JSX.Element {
  const id = useId();
  const finite = curves.flatMap(({ points }) =>
    points.flatMap(([step, value]) => (value === null ? [] : [[step, value]]))
  );
  const told = inert(name, 80);
  const ends = curves.map(curve => `${inert(curve.label, 60)}: ${lastOf(curve, trans)}`);
  if (!finite.length) {
    return (
      <figure className="kitops-Plot">
        <figcaption>{trans.__('%1: no number is finite', told)}</figcaption>
      </figure>
    );
  }
  const [left, right] = rangeOf(finite.map(([step]) => step));
  const [low, high] = rangeOf(finite.map(([, value]) => value));
  const heights = ticksOf(low, high);
  const edge = 8 + LETTER * Math.max(...heights.map(each => shortNumber(each).length));
  const place = (step: number, value: number): Place => [
    edge + shareOf(step, left, right) * (WIDTH - edge - 8),
    HEIGHT - BOTTOM - shareOf(value, low, high) * (HEIGHT - TOP - BOTTOM)
  ];
  return (
    <figure className="kitops-Plot kitops-mod-steps">
      <figcaption>{trans.__('%1 by step', told)}</figcaption>
      <svg
        role="img"
        aria-labelledby={`${id}t`}
        aria-describedby={`${id}d`}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        width={WIDTH}
      >
        <title id={`${id}t`}>{trans.__('%1 by step: %2 to %3', told, shortNumber(low), shortNumber(high))}</title>
        <desc id={`${id}d`}>{trans.__('Steps %1 to %2. At the end %3', left, right, ends.join('; '))}</desc>
        {heights.map(each => {
          const [, y] = place(left, each);
          return (
            <g key={each}>
              <line x1={edge} x2={WIDTH - 8} y1={y} y2={y} className="kitops-Plot-grid" />
              <text x={edge - 5} y={y + 4} textAnchor="end">
                {shortNumber(each)}
              </text>
            </g>
          );
        })}
        {(right > left ? [left, right] : [left]).map((each, nth) => (
          <text key={each} x={place(each, low)[0]} y={HEIGHT - 5} textAnchor={nth ? 'end' : 'start'}>
            {nth ? each : trans.__('step %1', each)}
          </text>
        ))}
        {curves.map(curve => (
          <Line key={curve.at} curve={curve} place={place} />
        ))}
      </svg>
      <ul className="kitops-Plot-legend">
        {curves.map(({ at }, nth) => (
          <li key={at}>
            <svg aria-hidden="true" width={22} height={8}>
              <line x1={0} x2={22} y1={4} y2={4} {...lookOf(at)} />
            </svg>
            <bdi>{ends[nth]}</bdi>
          </li>
        ))}
      </ul>
    </figure>
  );
}

/** The parts of a line that are finite; one of a single point is a dot. */
function Line({ curve, place }: { curve: ICurve; place: (step: number, value: number) => Place }): JSX.Element {
  const parts: Place[][] = [[]];
  for (const [step, value] of curve.points) {
    if (value === null) {
      parts.push([]);
    } else {
      parts[parts.length - 1].push(place(step, value));
    }
  }
  const look = lookOf(curve.at);
  return (
    <g>
      <title>{inert(curve.label, 120)}</title>
      {parts
        .filter(part => part.length)
        .map((part, at) =>
          part.length > 1 ? (
            <polyline key={at} points={part.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ')} {...look} />
          ) : (
            <circle
              key={at}
              cx={part[0][0].toFixed(1)}
              cy={part[0][1].toFixed(1)}
              r={2.5}
              style={{ fill: look.style.stroke }}
            />
          )
        )}
    </g>
  );
}

interface ILook {
  style: { stroke: string };
  strokeDasharray: string;
  strokeWidth: number;
}

function lookOf(at: number): ILook {
  const [stroke, strokeDasharray] = LOOKS[at % LOOKS.length];
  return { style: { stroke }, strokeDasharray, strokeWidth: 1.5 };
}

function lastOf({ points }: ICurve, trans: TranslationBundle): string {
  const [, value] = points[points.length - 1];
  return value === null ? trans.__('not finite') : shortNumber(value);
}

const rangeOf = (values: readonly number[]): [number, number] => [Math.min(...values), Math.max(...values)];

const ticksOf = (low: number, high: number): number[] => (high > low ? [low, low / 2 + high / 2, high] : [low]);

/** Where a value is between both, from 0 to 1; halves first, for a span may be larger than any number. */
const shareOf = (value: number, low: number, high: number): number =>
  high > low ? (value / 2 - low / 2) / (high / 2 - low / 2) : 0.5;
