import type { JSX } from 'react';

import { inert, moment, size } from '../../format';
import type { LineData } from '../../lines';
import { kitLine } from '../../lines';
import { Asked } from '../../model/asked';
import type { DiskUse, Freed } from '../../wire';
import type { IActions } from '../shared/actions';
import { CheckField } from '../shared/field';
import { Form } from '../shared/form';
import { Failure, KitLine, Waiting } from '../shared/notes';
import { Table } from '../shared/parts';

const SHOWN = 50;

/** What the store and the cache take, and what of it can go. Nothing is chosen until somebody chooses it. */
export class CleanUpForm extends Form<Freed> {
  constructor(actions: IActions) {
    super(actions);
    this._look = new Asked(signal => actions.model.diskUse(signal));
    this._look.changed.connect(() => this.moved());
    this._look.load();
  }

  get isReady(): boolean {
    return !this._look.isLoading && this._look.value !== null && (this._isUntagged || this._isCache);
  }

  override dispose(): void {
    this._look.dispose();
    super.dispose();
  }

  /** Only what was shown goes: when that is something else by now, it is shown again. */
  protected async send(): Promise<Freed> {
    const untagged = this._isUntagged ? (this._look.value?.stamp ?? '') : '';
    try {
      return await this.actions.model.cleanUp(untagged, this._isCache);
    } catch (reason) {
      this._isUntagged = this._isCache = false;
      void this._look.reload();
      throw reason;
    }
  }

  protected fields(): JSX.Element {
    const { trans } = this.actions;
    const { error, value } = this._look;
    if (error) {
      return <Failure error={error} actions={this.actions} retry={() => void this._look.reload()} />;
    }
    return value ? this._table(value) : <Waiting>{trans.__('Counting…')}</Waiting>;
  }

  private _table(use: DiskUse): JSX.Element {
    const { trans } = this.actions;
    const { untagged, cache_bytes: cached, cache_files: files } = use;
    const count = untagged.length
      ? trans._n('%1 kit without a tag', '%1 kits without a tag', untagged.length)
      : trans.__('No kit is without a tag');
    const take = (change: () => void): void => {
      change();
      this.moved();
    };
    return (
      <>
        <Table heads={[trans.__('What'), trans.__('Takes'), trans.__('Can go')]}>
          <tr>
            <td>
              {trans.__('Kits in the local store')} <small className="kitops-Quiet">{inert(use.store)}</small>
            </td>
            <td className="kitops-Number">{size(use.store_bytes)}</td>
            <td>{trans.__('those without a tag')}</td>
          </tr>
          <tr>
            <td>{count}</td>
            <td className="kitops-Number">{size(untagged.reduce((sum, each) => sum + each.size_bytes, 0))}</td>
            <td className="kitops-Number">{size(use.untagged_bytes)}</td>
          </tr>
          <tr>
            <td>
              {trans.__('Cache')} <small className="kitops-Quiet">{inert(use.cache)}</small>
            </td>
            <td className="kitops-Number">{size(cached)}</td>
            <td className="kitops-Number">{size(cached)}</td>
          </tr>
        </Table>
        <CheckField
          label={
            untagged.length
              ? trans._n('Remove the kit without a tag', 'Remove the %1 kits without a tag', untagged.length)
              : trans.__('Remove kits without a tag: there are none')
          }
          isChecked={this._isUntagged}
          isDisabled={!untagged.length}
          onChange={isChecked => take(() => (this._isUntagged = isChecked))}
        />
        {this._isUntagged && (
          <ul className="kitops-Untagged" tabIndex={0} aria-label={trans.__('Kits without a tag')}>
            {untagged.slice(0, SHOWN).map(({ reference, size_bytes, created }) => (
              <li key={reference}>
                <bdi title={inert(reference, 200)}>{inert(reference.replace(/(@sha\d+:.{12}).*/, '$1'), 120)}</bdi>{' '}
                {[size(size_bytes), moment(created)].filter(Boolean).join(' · ')}
              </li>
            ))}
            {untagged.length > SHOWN && <li>{trans.__('and %1 more', untagged.length - SHOWN)}</li>}
          </ul>
        )}
        <CheckField
          label={trans._n(
            'Empty the cache (%1 file): the next pack reads all files again',
            'Empty the cache (%1 files): the next pack reads all files again',
            files
          )}
          isChecked={this._isCache}
          isDisabled={!files}
          onChange={isChecked => take(() => (this._isCache = isChecked))}
        />
        <p className="kitops-Quiet">{trans.__('Kits with a tag are not touched, and nothing in a registry is.')}</p>
        <KitLine line={this._line()} actions={this.actions} />
      </>
    );
  }

  /** The line that removes what is chosen; with nothing chosen, the one that shows the same as the dialog. */
  private _line(): LineData {
    if (!this._isUntagged && !this._isCache) {
      return kitLine('clean');
    }
    const only = this._isUntagged === this._isCache ? [] : [this._isCache ? '--cache' : '--untagged'];
    return kitLine('clean', '--yes', ...only);
  }

  private _isCache = false;
  private _isUntagged = false;
  private readonly _look: Asked<DiskUse>;
}
