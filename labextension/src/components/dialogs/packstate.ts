import type { IDisposable } from '@lumino/disposable';
import { Debouncer } from '@lumino/polling';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import type { PackCheck, PackLayer } from '../../wire';
import type { IActions } from '../shared/actions';
import { Asked } from '../../model/asked';

/** Somebody types in the Kitfile: it is looked at when they rest. */
const SETTLE_MS = 500;

/** What a pack would take in: the server's preview, and what somebody changed of it. */
export class PackState implements IDisposable {
  constructor(
    actions: IActions,
    readonly directory: string,
    readonly notebook: string
  ) {
    const { model } = actions;
    this.check = new Asked<PackCheck>(() =>
      model.checkPack({
        directory,
        kitfile: this._written,
        notebook,
        follow_links: this._followsLinks,
        dropped: [...this._dropped]
      })
    );
    this.check.changed.connect(this._onCheck, this);
    this._settle = new Debouncer(() => this.check.reload(), SETTLE_MS);
  }

  readonly check: Asked<PackCheck>;

  /** All layers of the first preview, also those that were left out since. */
  get layers(): readonly PackLayer[] {
    return this._layers;
  }

  /** Whether what links lead to is packed, as in a snapshot of Hugging Face's cache. */
  get followsLinks(): boolean {
    return this._followsLinks;
  }

  /** Looked at anew: other files go in. */
  set followsLinks(follows: boolean) {
    this._followsLinks = follows;
    this._layers = [];
    void this.check.reload();
  }

  /** Whether the server said that there are links, or what they lead to is packed already. */
  get hasLinks(): boolean {
    const { error, value } = this.check;
    const told = [error?.message, error?.hint, ...(value?.warnings ?? []), ...(value?.left_out.flat() ?? [])];
    return this._followsLinks || told.some(each => each?.includes('--follow-links'));
  }

  /** What a proposal stays away from; a text of one's own has no such list. */
  get leftOut(): readonly string[][] {
    return this._dropped.size ? this._leftOut : (this.check.value?.left_out ?? []);
  }

  /** The notebook, where the Kitfile of the folder has no entry for it, and the one that is packed has. */
  get added(): string {
    const isPacked = this._layers.some(({ key, path }) => path === this._added && !this._dropped.has(key));
    return isPacked ? this._added : '';
  }

  /** Whether the Kitfile of the folder gets that entry, too. */
  get addsNotebook(): boolean {
    return this._addsNotebook && this.added !== '';
  }

  set addsNotebook(adds: boolean) {
    this._addsNotebook = adds;
    this._changed.emit();
  }

  get dropped(): ReadonlySet<string> {
    return this._dropped;
  }

  /** What will be the Kitfile: the server takes out of it what is left out. */
  get text(): string {
    return (this._dropped.size ? '' : this._written) || this.check.value?.kitfile || '';
  }

  /** Whether somebody changed what the server proposed or found. */
  get isEdited(): boolean {
    return this._written !== '';
  }

  /** Whether a line alone packs something else: it takes the Kitfile of the folder, or proposes one. */
  get isOwnText(): boolean {
    return this.isEdited || (this.added !== '' && !this._addsNotebook);
  }

  /** Whether the preview is of this text, and nothing is wrong with it. */
  get isReady(): boolean {
    const { check } = this;
    return !this._isStale && !check.isLoading && !check.error && check.value?.problems.length === 0;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this.check.isDisposed;
  }

  load(): void {
    this.check.load();
  }

  /** Somebody wrote a Kitfile of their own. */
  write(text: string): void {
    this._take(text);
    void this._settle.invoke().catch(() => undefined);
  }

  /** Begin again with what the server proposes. */
  reset(): void {
    this._take('');
    this._layers = [];
    void this.check.reload();
  }

  /** Whether its entry can be taken out of this Kitfile alone, as far as that was tried. */
  canDrop({ key }: PackLayer): boolean {
    return !this._kept.has(key);
  }

  /** Leave a layer out of the Kitfile, or take it in again. */
  toggle({ key }: PackLayer): void {
    this._written = this.isEdited ? this._written : this.text;
    if (!this._dropped.delete(key)) {
      this._dropped.add(key);
    }
    void this.check.reload();
  }

  dispose(): void {
    this._settle.dispose();
    this.check.dispose();
    Signal.clearData(this);
  }

  private _take(text: string): void {
    this._dropped.clear();
    this._kept.clear();
    this._written = text;
    this._isStale = true;
    this._changed.emit();
  }

  private _onCheck(): void {
    const { isLoading, value } = this.check;
    if (!isLoading) {
      this._isStale = false;
      for (const key of value?.kept ?? []) {
        this._kept.add(key);
        this._dropped.delete(key);
      }
      if (value && !value.problems.length && !this._dropped.size) {
        this._layers = value.layers;
        this._added = this.isEdited ? this._added : value.added;
        this._leftOut = value.left_out;
      }
    } else {
      this._isStale = true;
    }
    this._changed.emit();
  }

  private _added = '';
  private _addsNotebook = false;
  private _changed = new Signal<this, void>(this);
  private readonly _dropped = new Set<string>();
  private _followsLinks = false;
  private _isStale = true;
  /** The keys of layers whose entries have to stay. */
  private readonly _kept = new Set<string>();
  private _layers: readonly PackLayer[] = [];
  private _leftOut: readonly string[][] = [];
  private readonly _settle: Debouncer<void, void, []>;
  private _written = '';
}
