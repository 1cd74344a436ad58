import type { JSX } from 'react';

import { inert, shortDigest } from '../../format';
import type { LineData } from '../../lines';
import { kitLine } from '../../lines';
import { repositoryOf } from '../../model';
import type { Done, HistoryRow, KitView, PromotionPlan } from '../../wire';
import { STAGES } from '../../wire';
import type { IActions } from '../shared/actions';
import { Asked } from '../../model/asked';
import { Form } from '../shared/form';
import { messageLines, messageSubject } from '../shared/message';
import { Failure, KitLine, Waiting } from '../shared/notes';

/** Which stage a kit reaches, or which promotion is undone; what moves from where to where is said before it does. */
export class PromoteForm extends Form<Done> {
  constructor(
    actions: IActions,
    readonly reference: string,
    to: string,
    readonly isUndo: boolean
  ) {
    super(actions);
    const { model } = actions;
    this._to = to;
    this._kit = new Asked(signal => model.kit(reference, false, signal));
    this._history = new Asked(signal => model.history(repositoryOf(reference), signal));
    this._plan = new Asked(signal => model.planPromotion(reference, this._to, isUndo, signal));
    for (const asked of [this._kit, this._history, this._plan]) {
      asked.changed.connect(() => this.moved());
    }
    if (!isUndo) {
      this._kit.load();
      this._history.load();
    }
    if (to) {
      this._plan.load();
    }
  }

  get to(): string {
    return this._to;
  }

  set to(to: string) {
    this._to = to;
    this._plan.clear();
    this._plan.load();
  }

  get isReady(): boolean {
    return (this._plan.value?.moves.length ?? 0) > 0;
  }

  get line(): LineData | null {
    return this._to ? kitLine('promote', this.reference, '--to', this._to, ...(this.isUndo ? ['--undo'] : [])) : null;
  }

  override dispose(): void {
    for (const asked of [this._kit, this._history, this._plan]) {
      asked.dispose();
    }
    super.dispose();
  }

  protected send(): Promise<Done> {
    return this.actions.model.promote(this.reference, this._to, this.isUndo);
  }

  protected fields(): JSX.Element {
    const { trans } = this.actions;
    const { value: rows } = this._history;
    const { value: plan } = this._plan;
    const failed = [this._plan, this._history, this._kit].find(({ error }) => error);
    return (
      <>
        <p>
          {this.isUndo ? trans.__('Undo the last promotion from here to %1 in', inert(this._to)) : trans.__('Promote')}{' '}
          <bdi className="kitops-Name">{inert(this.isUndo ? repositoryOf(this.reference) : this.reference, 200)}</bdi>
        </p>
        {rows && <Stages form={this} rows={rows} digest={this._kit.value?.digest ?? ''} />}
        {failed?.error ? (
          <Failure error={failed.error} actions={this.actions} retry={() => void failed.reload()} />
        ) : plan ? (
          <Plan plan={plan} actions={this.actions} />
        ) : (
          (this._to || !rows) && <Waiting>{trans.__('Reading the tags…')}</Waiting>
        )}
        <KitLine line={this.line} actions={this.actions} />
      </>
    );
  }

  private readonly _history: Asked<HistoryRow[]>;
  private readonly _kit: Asked<KitView>;
  private readonly _plan: Asked<PromotionPlan>;
  private _to: string;
}

interface IStagesProps {
  form: PromoteForm;
  rows: readonly HistoryRow[];
  digest: string;
}

function Stages({ form, rows, digest }: IStagesProps): JSX.Element {
  const { trans } = form.actions;
  return (
    <fieldset className="kitops-Stages">
      <legend>{trans.__('Stage')}</legend>
      {STAGES.map(stage => {
        const named = rows.find(({ tag }) => tag === stage)?.digest;
        return (
          <label key={stage} className={`kitops-Stage${form.to === stage ? ' kitops-mod-current' : ''}`}>
            <input
              type="radio"
              name="kitops-stage"
              checked={form.to === stage}
              onChange={() => {
                form.to = stage;
              }}
            />
            <span className="kitops-Stage-name">{stage}</span>
            <span className="kitops-Quiet">
              {!named ? trans.__('no kit yet') : named === digest ? trans.__('this kit') : shortHex(named)}
            </span>
          </label>
        );
      })}
    </fieldset>
  );
}

/** The tags that move, and those that an undo leaves where they are. */
function Plan({ plan: { moves, kept }, actions: { trans } }: { plan: PromotionPlan; actions: IActions }): JSX.Element {
  const named = (digest: string): JSX.Element | string =>
    digest ? <code title={inert(digest)}>{shortHex(digest)}</code> : trans.__('nothing');
  const hasMessages = moves.some(({ message }) => message !== '');
  return (
    <>
      {moves.length > 0 && (
        <table className="kitops-Table kitops-Moves" aria-label={trans.__('What moves')}>
          <thead>
            <tr>
              <th>{trans.__('Tag')}</th>
              <th>{trans.__('Names now')}</th>
              <th aria-hidden="true" />
              <th>{trans.__('Will name')}</th>
              {hasMessages && <th>{trans.__('Message')}</th>}
            </tr>
          </thead>
          <tbody>
            {moves.map(({ tag, before, after, message }) => (
              <tr key={tag}>
                <td>
                  <strong>{inert(tag, 60)}</strong>
                </td>
                <td>{named(before)}</td>
                <td aria-hidden="true">→</td>
                <td>{named(after)}</td>
                {hasMessages && (
                  <td>
                    <bdi title={messageLines(message)}>{inert(messageSubject(message), 120)}</bdi>
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {moves.some(({ after }) => !after) && (
        <p className="kitops-Notice">{trans.__('A registry that cannot delete a tag alone keeps it.')}</p>
      )}
      {kept.map(({ tag, digest, reason }) => (
        <p key={tag} className="kitops-Notice">
          {trans.__('%1 stays:', inert(tag, 60))} {inert(reason)} ({named(digest)})
        </p>
      ))}
      {!moves.length && !kept.length && (
        <p className="kitops-Notice">{trans.__('It is already there: nothing moves.')}</p>
      )}
    </>
  );
}

const shortHex = (digest: string): string => shortDigest(inert(digest)).replace('sha256:', '');
