import type { JSX } from 'react';

import { age, inert, moment, shortDigest } from '../../format';
import { CommandIDs } from '../../tokens';
import type { HistoryRow } from '../../wire';
import { STAGES } from '../../wire';
import type { IActions } from '../shared/actions';
import { Failure, Waiting } from '../shared/notes';
import { LinkButton } from '../shared/parts';
import { messageSubject } from '../shared/message';
import type { KitState } from './state';
import { Tags } from './tags';

interface IHistoryProps {
  state: KitState;
  actions: IActions;
}

/** The stages of the kit's life on top, the tags below. */
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
