import type { JSX } from 'react';

import type { KitError } from '../../client';
import { inert, shortDigest } from '../../format';
import { kitLine } from '../../lines';
import { repositoryOf } from '../../model';
import type { Done, HistoryRow, KitView } from '../../wire';
import type { IActions } from '../shared/actions';
import { Asked } from '../../model/asked';
import { Form } from '../shared/form';
import type { IMove } from '../../model/lifecycle';
import { digestsOf, movesOf, STAGES } from '../../model/lifecycle';
import { Failure, KitLine, Waiting } from '../shared/notes';

/** Which stage a kit reaches; what moves from where to where is said before it does. */
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
    for (const asked of [this._kit, this._history]) {
      asked.changed.connect(() => this.moved());
      asked.load();
    }
  }

  get to(): string {
    return this._to;
  }

  set to(to: string) {
    this._to = to;
    this.moved();
  }

  /** Tags that will move, in order; null while unknown. */
  get moves(): readonly IMove[] | null {
    const { digests } = this;
    const digest = this._kit.value?.digest;
    return digests && digest && this._to ? movesOf(digests, digest, this._to) : null;
  }

  get digests(): ReadonlyMap<string, string> | null {
    return this._history.value && digestsOf(this._history.value);
  }

  get isReady(): boolean {
    return this._to !== '' && (this.isUndo || (this.moves?.length ?? 0) > 0);
  }

  get line(): string | null {
    return this._to ? kitLine('promote', this.reference, '--to', this._to, ...(this.isUndo ? ['--undo'] : [])) : null;
  }

  override dispose(): void {
    this._kit.dispose();
    this._history.dispose();
    super.dispose();
  }

  protected send(): Promise<Done> {
    return this.actions.model.promote(this.reference, this._to, this.isUndo);
  }

  protected fields(): JSX.Element {
    const { trans } = this.actions;
    const error: KitError | null = this._kit.error ?? this._history.error;
    const retry = (): void => {
      void this._kit.reload();
      void this._history.reload();
    };
    return (
      <>
        <p>
          {this.isUndo ? trans.__('Undo the last promotion in') : trans.__('Promote')}{' '}
          <bdi className="kitops-Name">{inert(this.isUndo ? repositoryOf(this.reference) : this.reference, 200)}</bdi>
        </p>
        {error && <Failure error={error} actions={this.actions} retry={retry} />}
        {!error && !this.digests && <Waiting>{trans.__('Reading the tags…')}</Waiting>}
        {this.digests && <Stages form={this} digests={this.digests} digest={this._kit.value?.digest ?? ''} />}
        {this.isUndo ? (
          <p className="kitops-Notice">
            {trans.__(
              'The tags that the last promotion from here to %1 moved name again what they named before. A tag that somebody else moved since stays, and you are told.',
              inert(this._to)
            )}
          </p>
        ) : (
          this.moves && <Moves moves={this.moves} actions={this.actions} />
        )}
        <KitLine line={this.line} actions={this.actions} />
      </>
    );
  }

  private readonly _history: Asked<HistoryRow[]>;
  private readonly _kit: Asked<KitView>;
  private _to: string;
}

interface IStagesProps {
  form: PromoteForm;
  digests: ReadonlyMap<string, string>;
  digest: string;
}

function Stages({ form, digests, digest }: IStagesProps): JSX.Element {
  const { trans } = form.actions;
  return (
    <fieldset className="kitops-Stages">
      <legend>{trans.__('Stage')}</legend>
      {STAGES.map(stage => {
        const named = digests.get(stage) ?? '';
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

function Moves({ moves, actions: { trans } }: { moves: readonly IMove[]; actions: IActions }): JSX.Element {
  if (!moves.length) {
    return <p className="kitops-Notice">{trans.__('It is there already: nothing moves.')}</p>;
  }
  return (
    <table className="kitops-Table kitops-Moves" aria-label={trans.__('What moves')}>
      <thead>
        <tr>
          <th>{trans.__('Tag')}</th>
          <th>{trans.__('names now')}</th>
          <th aria-hidden="true" />
          <th>{trans.__('will name')}</th>
        </tr>
      </thead>
      <tbody>
        {moves.map(({ tag, from, to }) => (
          <tr key={tag}>
            <td>
              <strong>{inert(tag, 60)}</strong>
            </td>
            <td>{from ? <code title={inert(from)}>{shortHex(from)}</code> : trans.__('nothing')}</td>
            <td aria-hidden="true">→</td>
            <td>
              <code title={inert(to)}>{shortHex(to)}</code>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const shortHex = (digest: string): string => shortDigest(inert(digest)).replace('sha256:', '');
