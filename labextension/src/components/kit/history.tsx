import type { JSX } from 'react';

import { age, inert, moment, shortDigest, shortNumber, size } from '../../format';
import { CommandIDs } from '../../tokens';
import type { HistoryRow } from '../../wire';
import { STAGES } from '../../wire';
import type { IActions } from '../shared/actions';
import { Failure, Waiting } from '../shared/notes';
import { LinkButton, Table } from '../shared/parts';
import { messageLines, messageSubject } from '../shared/message';
import { Made } from './made';
import type { KitState } from './state';

/** So many tags are listed; the panel has them all. */
const TAGS = 1000;

/** So many metrics have a column; all of them are in the comparison of tags. */
const METRICS = 6;

interface IHistoryProps {
  state: KitState;
  actions: IActions;
}

/** The stages of the kit's life on top, the tags by date below. */
export function History({ state, actions }: IHistoryProps): JSX.Element {
  const { trans } = actions;
  const { history } = state;
  if (history.error) {
    return <Failure error={history.error} actions={actions} retry={() => void history.reload()} />;
  }
  if (!history.value) {
    return <Waiting>{trans.__('Reading the tags…')}</Waiting>;
  }
  return (
    <div className="kitops-History">
      <Board rows={history.value} state={state} actions={actions} />
      <Tags rows={history.value} state={state} actions={actions} />
    </div>
  );
}

function Board({ rows, state, actions }: IHistoryProps & { rows: readonly HistoryRow[] }): JSX.Element {
  const { trans } = actions;
  const named = new Map(rows.map(row => [row.tag, row]));
  return (
    <section aria-label={trans.__('Lifecycle')}>
      <h3>{trans.__('Lifecycle')}</h3>
      <ol className="kitops-Board">
        {STAGES.map(stage => (
          <Place key={stage} stage={stage} row={named.get(stage)} state={state} actions={actions} />
        ))}
      </ol>
    </section>
  );
}

interface IPlaceProps extends IHistoryProps {
  stage: string;
  row: HistoryRow | undefined;
}

/** One stage: the kit that it names, and how to put this one there. */
function Place({ stage, row, state, actions }: IPlaceProps): JSX.Element {
  const { run, trans } = actions;
  const { reference } = state;
  const digest = state.kit.value?.digest ?? '';
  const isHere = row !== undefined && row.digest === digest;
  const act = (undo: boolean) => (): void => void run(CommandIDs.promote, { reference, to: stage, undo });
  return (
    <li className={`kitops-Board-place${isHere ? ' kitops-mod-here' : ''}${row ? '' : ' kitops-mod-empty'}`}>
      <strong className="kitops-Board-stage">{stage}</strong>
      {row ? (
        <span
          className="kitops-Board-kit"
          title={[inert(row.digest), moment(row.created), messageSubject(row.message)].filter(Boolean).join('\n')}
        >
          <code>{shortDigest(inert(row.digest)).replace('sha256:', '')}</code>
          <span>{isHere ? trans.__('this kit') : age(row.created)}</span>
        </span>
      ) : (
        <span className="kitops-Board-kit">{trans.__('no kit yet')}</span>
      )}
      <span className="kitops-Board-buttons">
        {!isHere && (
          <LinkButton aria-label={trans.__('Move this kit to %1', stage)} onClick={act(false)}>
            {trans.__('Move here…')}
          </LinkButton>
        )}
        {row?.can_undo && (
          <LinkButton aria-label={trans.__('Undo the last move to %1', stage)} onClick={act(true)}>
            {trans.__('Undo…')}
          </LinkButton>
        )}
      </span>
    </li>
  );
}

function Tags({ rows, state, actions }: IHistoryProps & { rows: readonly HistoryRow[] }): JSX.Element {
  const { copy, run, trans } = actions;
  const here = state.kit.value?.digest;
  const heads = [trans.__('Tag'), trans.__('Packed'), trans.__('Size'), trans.__('Digest'), trans.__('Name')];
  const hasFacts = rows.some(({ code, ran }) => code || ran);
  const hasMessages = rows.some(({ message }) => message !== '');
  const metrics = [...new Set(rows.flatMap(row => Object.keys(row.metrics)))].slice(0, METRICS);
  const more = [
    ...metrics.map(name => inert(name, 40)),
    ...(hasFacts ? [trans.__('Made from')] : []),
    ...(hasMessages ? [trans.__('Message')] : [])
  ];
  return (
    <section aria-label={trans.__('Tags')}>
      <h3 className="kitops-History-title">
        {trans._n('%1 tag', '%1 tags', rows.length)}
        <LinkButton onClick={() => void run(CommandIDs.compareTags, { repository: state.repository })}>
          {trans.__('Compare tags')}
        </LinkButton>
      </h3>
      <Table heads={[...heads, ...more]}>
        {rows.slice(0, TAGS).map(row => (
          <tr key={row.tag} className={row.digest === here ? 'kitops-mod-here' : ''}>
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
              <LinkButton title={trans.__('Copy %1', inert(row.digest))} onClick={() => copy(row.digest)}>
                <code>{shortDigest(inert(row.digest))}</code>
              </LinkButton>
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
              <td key={name}>{typeof row.metrics[name] === 'number' ? shortNumber(row.metrics[name]) : ''}</td>
            ))}
            {hasFacts && (
              <td className="kitops-Made">
                <Made row={row} trans={trans} />
              </td>
            )}
            {hasMessages && (
              <td>
                <bdi title={messageLines(row.message)}>{inert(messageSubject(row.message), 120)}</bdi>
              </td>
            )}
          </tr>
        ))}
      </Table>
      {rows.length > TAGS && <p className="kitops-Notice">{trans.__('and %1 more', rows.length - TAGS)}</p>}
    </section>
  );
}
