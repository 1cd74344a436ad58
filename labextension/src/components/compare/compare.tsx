import type { JSX, UIEvent } from 'react';
import { memo, useId } from 'react';

import { age, inert, moment, shortNumber } from '../../format';
import { kitLine } from '../../lines';
import { CommandIDs } from '../../tokens';
import type { ComparedTag } from '../../wire';
import type { IActions } from '../shared/actions';
import { Failure, KitLine, Waiting } from '../shared/notes';
import { Button, LinkButton } from '../shared/parts';
import { useSignals } from '../shared/signal';
import { TickBox } from '../shared/tickbox';
import { Curves } from './curves';
import type { Value } from './kits';
import { Plot } from './plot';
import { SERIES_KITS } from './series';
import type { CompareState, IColumn } from './state';
import { CREATED } from './state';

/** So many columns of metrics, and of parameters, are drawn, as in a cell. */
const COLUMNS = 24;
const PLOTS = 12;

/** So many pixels before its end the table asks for more. */
const NEAR = 400;

const TAG: IColumn = { kind: 'tag', name: '' };

interface ICompareProps {
  state: CompareState;
  actions: IActions;
}

/** The tags of a repository: what can be done with those that are ticked, the plots, and the table. */
export function Compare({ state, actions }: ICompareProps): JSX.Element {
  useSignals(state.changed);
  const { trans } = actions;
  const { error, lines, repository, tags } = state;
  const onScroll = ({ currentTarget: { clientHeight, scrollHeight, scrollTop } }: UIEvent): void => {
    if (scrollTop + clientHeight > scrollHeight - NEAR && !error) {
      void state.more();
    }
  };
  return (
    <div className="kitops-Compare" onScroll={onScroll} tabIndex={-1}>
      <h2 className="kitops-Compare-name">
        <bdi title={inert(repository)}>{inert(repository, 120)}</bdi>
      </h2>
      <KitLine line={kitLine('compare', repository)} actions={actions} />
      <Toolbar state={state} actions={actions} />
      <Curves series={state.series} actions={actions} />
      {lines.length > 0 && (
        <section className="kitops-Compare-plots" aria-label={trans.__('Metrics over time')}>
          {lines.slice(0, PLOTS).map(line => (
            <Plot key={line.name} line={line} trans={trans} />
          ))}
        </section>
      )}
      {tags.length > 0 && <Tags state={state} actions={actions} />}
      <Rest state={state} actions={actions} />
    </div>
  );
}

function Toolbar({ state, actions }: ICompareProps): JSX.Element {
  const id = useId();
  const { run, trans } = actions;
  const { hasMore, repository, same, tags, ticked, total } = state;
  const [first, second] = ticked;
  const best = hasMore ? trans.__('* is the best of those shown') : trans.__('* is the best');
  return (
    <div className="kitops-Compare-bar" role="toolbar" aria-label={trans.__('Tags')}>
      <span role="status">
        {tags.length < total
          ? trans.__('%1 of %2 tags', tags.length, total)
          : trans._n('%1 tag', '%1 tags', tags.length)}
        {state.hasBest && ` · ${best}`}
        {state.without > 0 && ` · ${trans.__('%1 without metrics and parameters', state.without)}`}
      </span>
      {same > 0 && (
        <label htmlFor={id} className="kitops-Compare-same">
          <input id={id} type="checkbox" checked={state.showsSame} onChange={() => state.toggleSame()} />
          {trans._n('%1 parameter that is the same', '%1 parameters that are the same', same)}
        </label>
      )}
      <Button
        disabled={ticked.length !== 2}
        title={ticked.length === 2 ? '' : trans.__('Tick two tags to see what changed between them')}
        onClick={() =>
          void run(CommandIDs.openKit, { reference: `${repository}:${first}`, other: `${repository}:${second}` })
        }
      >
        {trans.__('Diff of the ticked two')}
      </Button>
      <Steps state={state} actions={actions} />
    </div>
  );
}

/** Asks for what was logged with the chosen kits. */
function Steps({ state, actions: { trans } }: ICompareProps): JSX.Element {
  const { chosen, ticked } = state;
  const isMuch = chosen.length > SERIES_KITS;
  const which = ticked.length
    ? trans.__('Read what was logged with the ticked tags, and draw it over its steps')
    : trans.__('Read what was logged with the newest %1 kits shown, and draw it over its steps', SERIES_KITS);
  return (
    <Button
      disabled={!chosen.length || isMuch}
      title={isMuch ? trans.__('Tick at most %1 kits: more lines cannot be told apart', SERIES_KITS) : which}
      onClick={() => void state.series.draw(chosen)}
    >
      {trans.__('Draw over steps')}
    </Button>
  );
}

function Tags({ state, actions }: ICompareProps): JSX.Element {
  const { trans } = actions;
  const metrics = state.metrics.slice(0, COLUMNS);
  const params = state.params.slice(0, COLUMNS);
  const hidden = state.metrics.length + state.params.length - metrics.length - params.length;
  const ticked = new Set(state.ticked);
  return (
    <>
      <div className="kitops-Compare-frame" role="region" aria-label={trans.__('Tags side by side')} tabIndex={0}>
        <table className="kitops-Table kitops-Compare-table">
          <thead>
            <tr>
              <th scope="col">
                <span className="kitops-Compare-unseen">{trans.__('Ticked')}</span>
              </th>
              <Head column={TAG} label={trans.__('Tag')} state={state} />
              <Head column={CREATED} label={trans.__('Packed')} state={state} />
              {metrics.map(name => (
                <Head key={`m${name}`} column={{ kind: 'metric', name }} label={name} state={state} />
              ))}
              {params.map(name => (
                <Head key={`p${name}`} column={{ kind: 'param', name }} label={name} state={state} />
              ))}
            </tr>
          </thead>
          <tbody>
            {state.rows.map(tag => (
              <Row
                key={tag.tag}
                tag={tag}
                isTicked={ticked.has(tag.tag)}
                metrics={JSON.stringify(metrics)}
                params={JSON.stringify(params)}
                marks={[
                  ...metrics.map(name => (state.isBest(tag, name) ? '*' : '-')),
                  ...params.map(name => (state.differs(name) ? '!' : '-'))
                ].join('')}
                state={state}
                actions={actions}
              />
            ))}
          </tbody>
        </table>
      </div>
      {hidden > 0 && (
        <p className="kitops-Quiet">
          {trans.__('%1 more columns: %kit compare with --format json has them all', hidden)}
        </p>
      )}
    </>
  );
}

/** The head of a column, which orders the rows by it. */
function Head({ column, label, state }: { column: IColumn; label: string; state: CompareState }): JSX.Element {
  const isHere = column.kind === state.column.kind && column.name === state.column.name;
  const sign = isHere ? (state.isDown ? ' ▾' : ' ▴') : '';
  return (
    <th
      scope="col"
      aria-sort={isHere ? (state.isDown ? 'descending' : 'ascending') : undefined}
      className={column.kind === 'metric' ? 'kitops-Compare-number' : ''}
    >
      <button type="button" className="kitops-Compare-head" title={inert(label)} onClick={() => state.sort(column)}>
        <bdi>{inert(label, 40)}</bdi>
        <span aria-hidden="true">{sign}</span>
      </button>
    </th>
  );
}

interface IRowProps extends ICompareProps {
  tag: ComparedTag;
  isTicked: boolean;
  /** The names of the columns, and what is marked in them, as texts: a row that is the same is not drawn again. */
  metrics: string;
  params: string;
  marks: string;
}

const Row = memo(function Row({ tag, isTicked, metrics, params, marks, state, actions }: IRowProps): JSX.Element {
  const { run, trans } = actions;
  const [ofMetrics, ofParams] = [metrics, params].map(each => JSON.parse(each) as string[]);
  const open = (): void => void run(CommandIDs.openKit, { reference: `${state.repository}:${tag.tag}` });
  return (
    <tr className={isTicked ? 'kitops-mod-here' : ''} onClick={open}>
      <td onClick={event => event.stopPropagation()}>
        <TickBox
          tick={isTicked ? 'all' : 'none'}
          label={trans.__('Tick %1', inert(tag.tag, 80))}
          onToggle={() => state.tick(tag.tag)}
        />
      </td>
      <td>
        <LinkButton
          title={[inert(tag.tag, 200), inert(tag.message, 300)].filter(Boolean).join('\n')}
          onClick={event => {
            event.stopPropagation();
            open();
          }}
        >
          <bdi>{inert(tag.tag, 60)}</bdi>
        </LinkButton>
      </td>
      <td title={moment(tag.created)} className="kitops-Compare-age">
        {age(tag.created)}
      </td>
      {tag.problem ? (
        <td colSpan={Math.max(1, ofMetrics.length + ofParams.length)} title={inert(tag.problem, 600)}>
          <span className="kitops-mod-warning">{trans.__('unreadable')}</span>
        </td>
      ) : (
        <>
          {ofMetrics.map((name, at) => (
            <td key={`m${name}`} className="kitops-Compare-number">
              {marks[at] === '*' ? (
                <strong>
                  {shown(tag.metrics[name])} <span aria-hidden="true">*</span>
                  <span className="kitops-Compare-unseen">{trans.__('the best')}</span>
                </strong>
              ) : (
                shown(tag.metrics[name])
              )}
            </td>
          ))}
          {ofParams.map((name, at) => (
            <td key={`p${name}`} title={inert(String(tag.params[name] ?? ''), 400)}>
              {marks[ofMetrics.length + at] === '!' ? (
                <strong>{shown(tag.params[name])}</strong>
              ) : (
                shown(tag.params[name])
              )}
            </td>
          ))}
        </>
      )}
    </tr>
  );
});

const shown = (value: Value | undefined): string =>
  typeof value === 'number' ? shortNumber(value) : inert(String(value ?? ''), 60);

/** What is still to come, what failed, or that there is nothing. */
function Rest({ state, actions }: ICompareProps): JSX.Element | null {
  const { trans } = actions;
  if (state.error) {
    return <Failure error={state.error} actions={actions} retry={() => void state.more()} />;
  }
  if (state.isLoading) {
    return <Waiting>{trans.__('Reading the tags…')}</Waiting>;
  }
  if (state.hasMore) {
    return <Button onClick={() => void state.more()}>{trans.__('Show more tags')}</Button>;
  }
  return state.tags.length ? null : <p className="kitops-Empty">{trans.__('This repository has no tags.')}</p>;
}
