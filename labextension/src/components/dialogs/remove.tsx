import type { JSX } from 'react';

import { inert, size } from '../../format';
import { kitLine } from '../../lines';
import type { Removed } from '../../wire';
import type { IActions } from '../shared/actions';
import { Asked } from '../../model/asked';
import { CheckField } from '../shared/field';
import { Form } from '../shared/form';
import { Failure, KitLine, Waiting } from '../shared/notes';

const SHOWN = 20;

/** What goes with a kit, and how many bytes are free then: said before anything goes. */
export class RemoveForm extends Form<Removed> {
  constructor(
    actions: IActions,
    readonly reference: string,
    readonly isRemote: boolean
  ) {
    super(actions);
    this._look = new Asked(() => actions.model.checkRemove(reference, this._removal));
    this._look.changed.connect(() => this.moved());
    this._look.load();
  }

  get isForced(): boolean {
    return this._isForced;
  }

  /** All the tags of the kit, not only this one. */
  set isForced(isForced: boolean) {
    this._isForced = isForced;
    void this._look.reload();
  }

  get isReady(): boolean {
    return this._look.value !== null && !this._look.isLoading;
  }

  override dispose(): void {
    this._look.dispose();
    super.dispose();
  }

  protected send(): Promise<Removed> {
    return this.actions.model.remove(this.reference, this._removal);
  }

  protected fields(): JSX.Element {
    const { trans } = this.actions;
    const { error, isLoading, value } = this._look;
    const flags = [this._isForced ? '--force' : '', this.isRemote ? '--remote' : ''].filter(Boolean);
    return (
      <>
        <p>
          {this.isRemote ? trans.__('Remove from its registry:') : trans.__('Remove from the local store:')}{' '}
          <bdi className="kitops-Name">{inert(this.reference, 200)}</bdi>
        </p>
        <CheckField
          label={trans.__('The kit with all its tags')}
          isChecked={this._isForced}
          onChange={isForced => {
            this.isForced = isForced;
          }}
        />
        {isLoading && !value && <Waiting>{trans.__('Checking how much space this would free…')}</Waiting>}
        {error && <Failure error={error} actions={this.actions} retry={() => void this._look.reload()} />}
        {value && <Goes removed={value} isStale={isLoading} actions={this.actions} isRemote={this.isRemote} />}
        <KitLine line={kitLine('remove', this.reference, ...flags)} actions={this.actions} />
      </>
    );
  }

  private get _removal(): { remote: boolean; force: boolean } {
    return { remote: this.isRemote, force: this._isForced };
  }

  private _isForced = false;
  private readonly _look: Asked<Removed>;
}

interface IGoesProps {
  removed: Removed;
  isStale: boolean;
  isRemote: boolean;
  actions: IActions;
}

function Goes({ removed, isStale, isRemote, actions: { trans } }: IGoesProps): JSX.Element {
  const { freed_bytes: freed, references, text } = removed;
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
