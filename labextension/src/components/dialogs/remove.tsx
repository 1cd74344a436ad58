import type { JSX } from 'react';

import { KitError } from '../../client';
import { inert, size } from '../../format';
import { kitLine } from '../../lines';
import type { INamedKit } from '../../model';
import { Asked } from '../../model/asked';
import type { Removed } from '../../wire';
import type { IActions } from '../shared/actions';
import { CheckField } from '../shared/field';
import { Form } from '../shared/form';
import { Failure, KitLine, Waiting } from '../shared/notes';

const SHOWN = 20;

/** What goes with some kits, and how many bytes are free then: said before anything goes. */
export class RemoveForm extends Form<Removed> {
  constructor(
    actions: IActions,
    private _kits: readonly INamedKit[]
  ) {
    super(actions);
    this._look = new Asked(() => actions.model.checkRemove(this._kits, this._isForced));
    this._look.changed.connect(() => this.moved());
    this._look.load();
  }

  get isForced(): boolean {
    return this._isForced;
  }

  /** All the tags of the kits, not only these. */
  set isForced(isForced: boolean) {
    this._isForced = isForced;
    void this._look.reload();
  }

  get isReady(): boolean {
    return this._look.value !== null && this._look.value.references.length > 0 && !this._look.isLoading;
  }

  override dispose(): void {
    this._look.dispose();
    super.dispose();
  }

  /** Of several, those that could not be removed stay in the dialog, with the reasons. */
  protected async send(): Promise<Removed> {
    const { model, trans } = this.actions;
    const removed = await model.remove(this._kits, this._isForced);
    const failed = new Map(removed.failed.map(each => [each.reference, each.error]));
    if (!failed.size) {
      return removed;
    }
    const told = [...failed].map(([reference, { message }]) => `${reference}: ${message}`);
    const gone = this._kits.length - failed.size;
    this._kits = this._kits.filter(({ reference }) => failed.has(reference));
    void this._look.reload();
    const said = trans.__('%1 of %2 could not be removed; the others are gone.', failed.size, gone + failed.size);
    throw new KitError('partly', said, told.length === 1 ? told[0] : '', told.length === 1 ? [] : told);
  }

  protected fields(): JSX.Element {
    const { trans } = this.actions;
    const { error, isLoading, value } = this._look;
    const [here, there] = [false, true].map(isRemote =>
      this._kits.filter(kit => kit.isRemote === isRemote).map(kit => kit.reference)
    );
    const force = this._isForced ? ['--force'] : [];
    return (
      <>
        <Names names={here} title={trans.__('Remove from the local store:')} actions={this.actions} />
        <Names names={there} title={trans.__('Remove from its registry:')} actions={this.actions} />
        <CheckField
          label={trans._n('The kit with all its tags', 'The kits with all their tags', this._kits.length)}
          isChecked={this._isForced}
          onChange={isForced => {
            this.isForced = isForced;
          }}
        />
        {isLoading && !value && <Waiting>{trans.__('Checking how much space this would free…')}</Waiting>}
        {error && <Failure error={error} actions={this.actions} retry={() => void this._look.reload()} />}
        {value && <Goes removed={value} isStale={isLoading} actions={this.actions} isRemote={!here.length} />}
        {here.length > 0 && <KitLine line={kitLine('remove', ...here, ...force)} actions={this.actions} />}
        {there.length > 0 && (
          <KitLine line={kitLine('remove', ...there, ...force, '--remote')} actions={this.actions} />
        )}
      </>
    );
  }

  private _isForced = false;
  private readonly _look: Asked<Removed>;
}

interface INamesProps {
  names: readonly string[];
  title: string;
  actions: IActions;
}

/** The kits that somebody chose: one in the line, several below it, every one of them named. */
function Names({ names, title, actions: { trans } }: INamesProps): JSX.Element | null {
  if (!names.length) {
    return null;
  }
  const [first] = names;
  return names.length === 1 ? (
    <p>
      {title} <bdi className="kitops-Name">{inert(first, 200)}</bdi>
    </p>
  ) : (
    <div className="kitops-Chosen" role="group" aria-label={title}>
      <p>
        {title} {trans._n('%1 kit', '%1 kits', names.length)}
      </p>
      <ul tabIndex={0} aria-label={trans.__('The kits that you chose')}>
        {names.map(name => (
          <li key={name}>
            <bdi className="kitops-Name">{inert(name, 200)}</bdi>
          </li>
        ))}
      </ul>
    </div>
  );
}

interface IGoesProps {
  removed: Removed;
  isStale: boolean;
  isRemote: boolean;
  actions: IActions;
}

function Goes({ removed, isStale, isRemote, actions: { trans } }: IGoesProps): JSX.Element {
  const { failed, freed_bytes: freed, references, text } = removed;
  return (
    <div className={`kitops-Goes${isStale ? ' kitops-mod-stale' : ''}`} role="status">
      {references.length > 0 && (
        <>
          <p>{trans._n('%1 name will be removed:', '%1 names will be removed:', references.length)}</p>
          <ul>
            {references.slice(0, SHOWN).map(each => (
              <li key={each}>
                <bdi>{inert(each, 160)}</bdi>
              </li>
            ))}
            {references.length > SHOWN && <li>{trans.__('and %1 more', references.length - SHOWN)}</li>}
          </ul>
        </>
      )}
      {failed.map(({ reference, error }) => (
        <p key={reference} className="kitops-Notice">
          {trans.__('%1 will stay: %2', inert(reference, 160), inert(error.message, 300))}
        </p>
      ))}
      <p className="kitops-Goes-freed">
        {freed > 0
          ? trans.__('Frees %1.', size(freed))
          : isRemote
            ? trans.__('The registry frees the space when it cleans up.')
            : trans.__('Frees no space: other names or kits use the same data.')}
      </p>
      {text && <p className="kitops-Quiet">{inert(text, 600)}</p>}
    </div>
  );
}
