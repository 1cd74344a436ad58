// What one kit tab knows: asked for when it is looked at, not before.

import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import { lastName } from '../../format';
import type { IKitModel } from '../../model';
import { repositoryOf } from '../../model';
import type { DiffView, FilePreview, HistoryRow, KitView, LayerRow, Problem } from '../../wire';
import { Asked } from '../../model/asked';
import { Notebooks } from './notebooks';
import { Pull } from './pull';
import { Tree } from './tree';

/** So many tags are offered to compare with. */
const TAGS = 200;

export type Tab = 'overview' | 'contents' | 'kitfile' | 'notebook' | 'diff' | 'history';

export class KitState implements IDisposable {
  constructor(
    readonly model: IKitModel,
    readonly reference: string,
    readonly isRemote = false,
    /** The folder that files go below. */
    private readonly _folder: () => string = () => ''
  ) {
    this.kit = new Asked(signal => model.kit(reference, isRemote, signal));
    this.readme = new Asked(signal => model.readme(this, signal));
    this.history = new Asked(signal => model.history(this.repository, signal));
    this.tags = new Asked(signal => model.firstTags(this.repository, TAGS, signal));
    this.diff = new Asked<DiffView>(() => Promise.reject(new Error('no other kit')));
    this.problems = new Asked(async () => (await model.validate(this.kit.value?.kitfile_yaml ?? '')).problems);
    this.notebooks = new Notebooks(this);
    for (const each of [this.kit, this.readme, this.history, this.tags, this.diff, this.problems]) {
      each.changed.connect(() => this._changed.emit());
    }
    this.notebooks.changed.connect(() => this._changed.emit());
    this.kit.changed.connect(this._onKit, this);
    this.kit.load();
  }

  readonly kit: Asked<KitView>;
  readonly readme: Asked<FilePreview>;
  readonly history: Asked<HistoryRow[]>;
  /** The first tags of its repository, when that is in a registry. */
  readonly tags: Asked<string[]>;
  readonly diff: Asked<DiffView>;
  readonly problems: Asked<Problem[]>;
  readonly notebooks: Notebooks;

  /** Null until the kit is known. */
  tree: Tree | null = null;
  pull: Pull | null = null;

  /** The kit that this one is, or will be, compared with. */
  other = '';

  get repository(): string {
    return repositoryOf(this.reference);
  }

  get tab(): Tab {
    return this._tab;
  }

  set tab(tab: Tab) {
    this._tab = tab;
    if (tab === 'overview' && this.kit.value) {
      this.readme.load();
    } else if (tab === 'history') {
      this.history.load();
    } else if (tab === 'diff') {
      this.tags.load();
    } else if (tab === 'kitfile' && this.kit.value?.kitfile_yaml) {
      this.problems.load();
    } else if (tab === 'notebook') {
      this.notebooks.look();
    }
    this._changed.emit();
  }

  /** Anything that is to be seen changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this.kit.isDisposed;
  }

  compare(other: string): void {
    this.other = other;
    void this.diff.reload(signal => this.model.diff(this.reference, other, true, signal));
  }

  /** The comparison the other way round. */
  swap(): void {
    const { a, b } = this.diff.value ?? { a: '', b: '' };
    if (a) {
      void this.diff.reload(signal => this.model.diff(b, a, false, signal));
    }
  }

  /** The tags of the repository moved, or more of it is here: by us, or by someone else. */
  moved(): void {
    if (this.history.value || this.history.error) {
      void this.history.reload();
    }
    void this._renew();
  }

  dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this.pull?.dispose();
    this.notebooks.dispose();
    [this.kit, this.readme, this.history, this.tags, this.diff, this.problems].forEach(each => each.dispose());
    Signal.clearData(this);
  }

  /** A kit that was asked for again may be another one: what was ticked of the old one is nothing of it. */
  private _onKit(): void {
    const kit = this.kit.value;
    if (!kit || this.kit.isLoading || kit === this._shown) {
      return;
    }
    const isSame = this._shown?.digest === kit.digest;
    this._shown = kit;
    if (isSame && this.tree && this.pull) {
      this.tree.renew(partsOf(kit));
      this.pull.renew(kit.is_local);
      return;
    }
    this.readme.clear();
    this.pull?.dispose();
    this.tree = new Tree(partsOf(kit), (key, folder, after) => this.model.files(this, key, folder, after));
    this.pull = new Pull(this.model, this.reference, this.tree, {
      directory: [this._folder(), lastName(this.repository)].filter(Boolean).join('/'),
      isRemote: this.isRemote,
      isHere: kit.is_local
    });
    this.tree.changed.connect(() => this._changed.emit());
    this.pull.changed.connect(() => this._changed.emit());
    this.tab = this._tab;
  }

  /** Look again at the kit that is shown; where that fails, what is shown stays. */
  private async _renew(): Promise<void> {
    if (!this.kit.value || this.kit.isLoading) {
      return;
    }
    const ask = (signal: AbortSignal): Promise<KitView> => this.model.kit(this.reference, this.isRemote, signal);
    try {
      const kit = await ask(new AbortController().signal);
      await this.kit.reload(() => Promise.resolve(kit));
    } catch {
      // Somebody else's transfer is no reason to take away what can be seen.
    }
  }

  private _changed = new Signal<this, void>(this);
  private _shown: KitView | null = null;
  private _tab: Tab = 'overview';
}

/** The layers, and the Kitfile before them, which a filter of its own selects. */
function partsOf(kit: KitView): LayerRow[] {
  if (!kit.kitfile_yaml || !kit.layers.length) {
    return kit.layers;
  }
  const size_bytes = new TextEncoder().encode(kit.kitfile_yaml).length;
  const kitfile: LayerRow = {
    key: 'kitfile',
    section: 'kitfile',
    name: '',
    path: 'Kitfile',
    digest: '',
    size_bytes,
    file_bytes: size_bytes,
    media_type: '',
    is_here: false,
    can_list: false,
    can_pick_files: false,
    filter: 'kitfile',
    remote_path: ''
  };
  return [kitfile, ...kit.layers];
}
