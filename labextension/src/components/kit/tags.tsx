import type { JSX } from 'react';
import { useMemo, useState } from 'react';

import { age, inert, moment, shortDigest, shortNumber, size } from '../../format';
import { CommandIDs } from '../../tokens';
import type { HistoryRow } from '../../wire';
import { HISTORY_LIMIT } from '../../wire';
import type { IActions } from '../shared/actions';
import { messageLines, messageSubject } from '../shared/message';
import { LinkButton } from '../shared/parts';
import { Made } from './made';
import type { KitState } from './state';

/** So many metrics have a column; all of them are in the comparison of tags. */
const METRICS = 6;

interface IColumn {
  key: string;
  head: string;
  /** What the tags are sorted by; none for a column that has no order. */
  of?: (row: HistoryRow) => string | number;
  /** The largest or newest first, when it is pressed once. */
  falls?: boolean;
}

interface ITagsProps {
  rows: readonly HistoryRow[];
  state: KitState;
  actions: IActions;
}

/** The tags of the repository, in the order of a column and as far as they have a text: out of what was read once. */
export function Tags({ rows, state, actions }: ITagsProps): JSX.Element {
  const { run, trans } = actions;
  const [text, setText] = useState('');
  const [order, setOrder] = useState<IOrder>({ by: 'created', isRising: false });
  const metrics = useMemo(() => metricsOf(rows), [rows]);
  const columns = useMemo(() => columnsOf(rows, metrics, trans), [rows, metrics, trans]);
  const shown = useMemo(() => sorted(rows, columns, order).filter(row => has(row, text)), [rows, columns, order, text]);
  const isPart = rows.length >= HISTORY_LIMIT;
  return (
    <section aria-label={trans.__('Tags')}>
      <div className="kitops-Tags-head">
        <h3>
          {isPart ? trans.__('The first %1 tags of the registry', rows.length) : count(rows.length, trans)}
          {text && <span className="kitops-Quiet"> {trans.__('%1 shown', shown.length)}</span>}
        </h3>
        <LinkButton onClick={() => void run(CommandIDs.compareTags, { repository: state.repository })}>
          {trans.__('Compare tags')}
        </LinkButton>
        <input
          className="jp-mod-styled kitops-Tags-filter"
          type="search"
          spellCheck={false}
          maxLength={200}
          aria-label={trans.__('Filter the tags')}
          placeholder={trans.__('Filter by tag, digest, name or message')}
          value={text}
          onChange={event => setText(event.target.value)}
        />
      </div>
      <table className="kitops-Table">
        <Heads {...{ columns, order, setOrder }} />
        <tbody>
          {shown.map(row => (
            <Tag key={row.tag} {...{ row, rows, metrics, state, actions }} />
          ))}
        </tbody>
      </table>
      {text && !shown.length && <p className="kitops-Empty">{trans.__('No tag has this.')}</p>}
      {isPart && <p className="kitops-Notice">{trans.__('The panel lists and searches all tags by name.')}</p>}
    </section>
  );
}

interface IOrder {
  by: string;
  isRising: boolean;
}

interface IHeadsProps {
  columns: readonly IColumn[];
  order: IOrder;
  setOrder: (order: IOrder) => void;
}

/** Names begin with the first letter, dates with the newest, numbers with the largest; pressed again, the other way. */
function Heads({ columns, order, setOrder }: IHeadsProps): JSX.Element {
  const press = ({ key, falls }: IColumn): void =>
    setOrder({ by: key, isRising: key === order.by ? !order.isRising : !falls });
  return (
    <thead>
      <tr>
        {columns.map(column => {
          const { key, head, of } = column;
          const direction = key !== order.by ? undefined : order.isRising ? 'ascending' : 'descending';
          return (
            <th key={key} scope="col" aria-sort={direction}>
              {of ? (
                <button type="button" className="kitops-Tags-sort" onClick={() => press(column)}>
                  {head}
                  <span aria-hidden="true">{direction && (order.isRising ? ' ▴' : ' ▾')}</span>
                </button>
              ) : (
                head
              )}
            </th>
          );
        })}
      </tr>
    </thead>
  );
}

interface ITagProps extends ITagsProps {
  row: HistoryRow;
  metrics: readonly string[];
}

function Tag({ row, rows, metrics, state, actions }: ITagProps): JSX.Element {
  const { copy, run, trans } = actions;
  return (
    <tr className={row.digest && row.digest === state.kit.value?.digest ? 'kitops-mod-here' : ''}>
      <td>
        <LinkButton
          title={inert(row.tag, 400)}
          onClick={() => void run(CommandIDs.openKit, { reference: `${state.repository}:${row.tag}` })}
        >
          <bdi>{inert(row.tag, 60)}</bdi>
        </LinkButton>
      </td>
      <td title={moment(row.created)}>{age(row.created)}</td>
      <td>{row.problem ? '' : size(row.size_bytes)}</td>
      <td>
        {row.digest && (
          <LinkButton title={trans.__('Copy %1', inert(row.digest))} onClick={() => copy(row.digest)}>
            <code>{shortDigest(inert(row.digest))}</code>
          </LinkButton>
        )}
      </td>
      <td>
        {row.problem ? (
          <span className="kitops-mod-warning" title={inert(row.problem, 600)}>
            {trans.__('unreadable')}: {inert(row.problem, 200)}
          </span>
        ) : (
          <bdi title={inert(row.kit_name, 400)}>{inert(row.kit_name, 60)}</bdi>
        )}
      </td>
      {metrics.map(name => (
        <td key={name}>{isNumber(row.metrics[name]) ? shortNumber(row.metrics[name]) : ''}</td>
      ))}
      {hasFacts(rows) && (
        <td className="kitops-Made">
          <Made row={row} trans={trans} />
        </td>
      )}
      {hasMessages(rows) && (
        <td>
          <bdi title={messageLines(row.message)}>{inert(messageSubject(row.message), 120)}</bdi>
        </td>
      )}
    </tr>
  );
}

const hasMessages = (rows: readonly HistoryRow[]): boolean => rows.some(({ message }) => message !== '');

const hasFacts = (rows: readonly HistoryRow[]): boolean => rows.some(({ code, ran }) => code || ran);

const isNumber = (value: unknown): value is number => typeof value === 'number';

const metricsOf = (rows: readonly HistoryRow[]): string[] =>
  [...new Set(rows.flatMap(row => Object.keys(row.metrics)))].slice(0, METRICS);

function columnsOf(rows: readonly HistoryRow[], metrics: readonly string[], trans: IActions['trans']): IColumn[] {
  return [
    { key: 'tag', head: trans.__('Tag'), of: row => row.tag },
    { key: 'created', head: trans.__('Packed'), of: row => Date.parse(row.created) || 0, falls: true },
    { key: 'size', head: trans.__('Size'), of: row => row.size_bytes, falls: true },
    { key: 'digest', head: trans.__('Digest'), of: row => row.digest },
    { key: 'name', head: trans.__('Name'), of: row => row.kit_name },
    ...metrics.map(name => ({
      key: `metric ${name}`,
      head: inert(name, 40),
      of: ({ metrics: all }: HistoryRow) => (isNumber(all[name]) ? all[name] : ''),
      falls: true
    })),
    ...(hasFacts(rows) ? [{ key: 'made', head: trans.__('Made from') }] : []),
    ...(hasMessages(rows) ? [{ key: 'message', head: trans.__('Message'), of: (row: HistoryRow) => row.message }] : [])
  ];
}

const count = (tags: number, trans: IActions['trans']): string => trans._n('%1 tag', '%1 tags', tags);

/** What cannot be read, or has no such number, stands last, whichever way the others stand. */
function sorted(rows: readonly HistoryRow[], columns: readonly IColumn[], { by, isRising }: IOrder): HistoryRow[] {
  const { of = () => '' } = columns.find(({ key }) => key === by) ?? {};
  const sign = isRising ? 1 : -1;
  const isLast = (row: HistoryRow): boolean => row.problem !== '' || (by.startsWith('metric ') && of(row) === '');
  const compare = (one: HistoryRow, two: HistoryRow): number => {
    const [a, b] = [of(one), of(two)];
    return isNumber(a) && isNumber(b) ? a - b : String(a).localeCompare(String(b), undefined, { numeric: true });
  };
  return [...rows].sort((one, two) => Number(isLast(one)) - Number(isLast(two)) || sign * compare(one, two));
}

function has({ tag, digest, kit_name, message }: HistoryRow, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  return [tag, digest, kit_name, message].some(each => each.toLowerCase().includes(wanted));
}
