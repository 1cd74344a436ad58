import type { IDisposable } from '@lumino/disposable';
import { Debouncer } from '@lumino/polling';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import type { CheckPack, PackCheck, PackLayer } from '../../wire';
import type { IActions } from '../shared/actions';
import { Asked } from '../../model/asked';

/** Somebody types in the Kitfile or ticks layers: it is looked at when they rest. */
const SETTLE_MS = 500;

/** What a pack would take in: the server's preview, and what somebody changed of it. */
export class PackState implements IDisposable {
  constructor(
    actions: IActions,
    readonly directory: string,
    readonly notebook: string
  ) {
    const { model } = actions;
    this.check = new Asked<PackCheck>(() => model.checkPack(this._question()));
    this.check.changed.connect(this._onCheck, this);
    this._settle = new Debouncer(() => this.check.reload(), SETTLE_MS);
  }

  readonly check: Asked<PackCheck>;

  /** All layers of the whole Kitfile, also those that are left out. */
  get layers(): readonly PackLayer[] {
    return this._layers;
  }

  /** The sum of the files that go in, as far as it is known. */
  get sizeBytes(): number {
    return this._layers.reduce((sum, { key, size_bytes: bytes }) => sum + (this._dropped.has(key) ? 0 : bytes), 0);
  }

  /** Whether that is more than most people mean to pack. */
  get isLarge(): boolean {
    return this.sizeBytes > this.largeBytes;
  }

  get largeBytes(): number {
    return this.check.value?.large_bytes ?? Infinity;
  }

  /** Whether what links lead to is packed, as in a snapshot of Hugging Face's cache. */
  get followsLinks(): boolean {
    return this._followsLinks;
  }

  /** Looked at anew: other files go in. */
  set followsLinks(follows: boolean) {
    this._followsLinks = follows;
    this._begin(this._written);
  }

  /** Whether the server said that there are links, or what they lead to is packed already. */
  get hasLinks(): boolean {
    const { error, value } = this.check;
    const told = [error?.message, error?.hint, ...(value?.warnings ?? []), ...(value?.left_out.flat() ?? [])];
    return this._followsLinks || told.some(each => each?.includes('--follow-links'));
  }

  /** What a proposal stays away from; a text of one's own has no such list. */
  get leftOut(): readonly string[][] {
    return this._leftOut;
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
    const found = this.check.value?.kitfile ?? '';
    return this._dropped.size ? found : this._written || this._whole || found;
  }

  /** Whether somebody changed what the server proposed or found. */
  get isEdited(): boolean {
    return this._written !== '' || this._dropped.size > 0;
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
    this._forget(text);
    this._look();
  }

  /** Begin again with what the server proposes. */
  reset(): void {
    this._begin('');
  }

  /** Whether layers can be left out now: not while the text that somebody types is not looked at. */
  get canChoose(): boolean {
    return this._whole !== '';
  }

  /** Whether its entry can be taken out of this Kitfile alone, as far as that was tried. */
  canDrop({ key }: PackLayer): boolean {
    return !this._kept.has(key);
  }

  /** Leave a layer out of the Kitfile, or take it in again. */
  toggle(layer: PackLayer): void {
    const isOut = this._dropped.has(layer.key);
    this.choose(each => (each.key === layer.key ? isOut : !this._dropped.has(each.key)));
  }

  /** Take in the layers that this says, and those whose entries have to stay; leave out all others. */
  choose(isIn: (layer: PackLayer) => boolean): void {
    if (this.canChoose) {
      this._dropped = new Set(this._layers.filter(each => this.canDrop(each) && !isIn(each)).map(({ key }) => key));
      this._look();
    }
  }

  /** The layer that is the notebook and nothing else. */
  get ownLayer(): PackLayer | null {
    const { directory, notebook } = this;
    const path = directory ? notebook.slice(directory.length + 1) : notebook;
    const holds = ({ path: folder }: PackLayer): boolean => folder === '.' || path.startsWith(`${folder}/`);
    const found =
      this._layers.find(each => each.path === path) ?? this._layers.find(each => each.files === 1 && holds(each));
    return (notebook && found) || null;
  }

  dispose(): void {
    this._settle.dispose();
    this.check.dispose();
    Signal.clearData(this);
  }

  private _question(): CheckPack {
    this._isStale = false;
    const isCut = this._dropped.size > 0;
    const out = this._layers.filter(({ key }) => this._dropped.has(key));
    return {
      directory: this.directory,
      kitfile: isCut ? this._whole : this._written,
      notebook: this.notebook,
      follow_links: this._followsLinks,
      dropped: out.map(({ key }) => key),
      told: isCut ? [...this._leftOut.map(([path]) => path), ...out.map(({ path }) => path)] : []
    };
  }

  /** Ask when nothing was changed for a while: once, however much was. */
  private _look(): void {
    this._isStale = true;
    this._changed.emit();
    void this._settle.invoke().catch(() => undefined);
  }

  private _begin(text: string): void {
    this._forget(text);
    this._layers = [];
    void this._settle.stop();
    void this.check.reload();
  }

  private _forget(text: string): void {
    this._dropped = new Set();
    this._kept.clear();
    this._whole = '';
    this._written = text;
  }

  private _onCheck(): void {
    const { isLoading, value } = this.check;
    if (!isLoading && !this._isStale && value) {
      if (this._dropped.size) {
        this._keep(value.kept);
      } else {
        this._takeIn(value);
      }
    }
    this._changed.emit();
  }

  /** These entries have to stay; where nothing else is left out, the whole is looked at again. */
  private _keep(keys: readonly string[]): void {
    for (const key of keys) {
      this._kept.add(key);
      this._dropped.delete(key);
    }
    if (!this._dropped.size) {
      void this.check.reload();
    }
  }

  /** What the server says of the whole Kitfile. */
  private _takeIn({ added, kitfile, layers, left_out: leftOut, problems }: PackCheck): void {
    this._leftOut = leftOut;
    if (!problems.length) {
      this._layers = layers;
      this._added = this._written ? this._added : added;
      this._whole = kitfile;
    }
  }

  private _added = '';
  private _addsNotebook = false;
  private _changed = new Signal<this, void>(this);
  private _dropped: Set<string> = new Set();
  private _followsLinks = false;
  /** Whether something was changed since the server was asked. */
  private _isStale = true;
  /** The keys of layers whose entries have to stay. */
  private readonly _kept = new Set<string>();
  private _layers: readonly PackLayer[] = [];
  private _leftOut: readonly string[][] = [];
  private readonly _settle: Debouncer<void, void, []>;
  /** The text that the layers are of; empty while it is not known. */
  private _whole = '';
  /** What somebody typed; empty for the Kitfile of the folder, or a proposal. */
  private _written = '';
}
