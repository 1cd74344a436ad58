// What one kit tab knows: asked for when it is looked at, not before.

import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import { lastName } from '../../format';
import type { IFilePlace, IKitModel } from '../../model';
import { repositoryOf } from '../../model';
import type { FilePreview, HistoryRow, KitView, LayerRow, Problem } from '../../wire';
import { Asked } from '../../model/asked';
import { Comparison } from './comparison';
import { isNotebook, Notebooks } from './notebooks';
import { Pull } from './pull';
import type { INode } from './node';
import { placeOf, tickOf } from './node';
import { locate } from './locate';
import { Search } from './search';
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
    this.problems = new Asked(async () => (await model.validate(this.kit.value?.kitfile_yaml ?? '')).problems);
    this.notebooks = new Notebooks(this);
    this.preview = new Asked<FilePreview>(() => Promise.reject(new Error('no file')));
    this.comparison = new Comparison(model, reference);
    for (const each of [this.kit, this.preview, this.readme, this.history, this.tags, this.comparison, this.problems]) {
      each.changed.connect(() => this._changed.emit());
    }
    this.notebooks.changed.connect(() => this._changed.emit());
    this.kit.changed.connect(this._onKit, this);
    this.kit.load();
  }

  readonly kit: Asked<KitView>;
  readonly readme: Asked<FilePreview>;
  /** The file that is looked at beside the contents. */
  readonly preview: Asked<FilePreview>;
  readonly history: Asked<HistoryRow[]>;
  /** The first tags of its repository, when that is in a registry. */
  readonly tags: Asked<string[]>;
  readonly comparison: Comparison;
  readonly problems: Asked<Problem[]>;
  readonly notebooks: Notebooks;

  /** Null until the kit is known. */
  tree: Tree | null = null;
  pull: Pull | null = null;
  search: Search | null = null;

  /** The file that `preview` is of. */
  previewed: INode | null = null;

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

  /** Show a file beside the contents, a notebook or the Kitfile in its own view; null shows none. */
  look(node: INode | null): void {
    const place = node && placeOf(node);
    this.previewed = null;
    this.preview.clear();
    if (node?.layer.key === 'kitfile') {
      this.tab = 'kitfile';
    } else if (place && isNotebook(place.path)) {
      this.notebooks.show(place);
      this.tab = 'notebook';
    } else if (place) {
      this.previewed = node;
      void this.preview.reload(signal => this.model.preview(this, place, signal));
    }
    this._changed.emit();
  }

  /** Bring the whole kit, and show how far that is. */
  pullAll(): void {
    this.tab = 'contents';
    this.pull?.startAll();
  }

  /** Bring one file alone, and show how far that is; where others are ticked already, it is only ticked, too. */
  async fetch({ key, path }: IFilePlace): Promise<void> {
    const { pull, tree } = this;
    this.tab = 'contents';
    const node = tree && (await locate(tree, key, path));
    if (!node || !tree || tickOf(node) === 'all') {
      return;
    }
    await (tree.tick === 'none' ? pull?.startOnly(node) : tree.toggle(node));
  }

  /** Anything that is to be seen changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this.kit.isDisposed;
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
    this.search?.dispose();
    this.notebooks.dispose();
    [this.kit, this.preview, this.readme, this.history, this.tags, this.comparison, this.problems].forEach(each =>
      each.dispose()
    );
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
    this.look(null);
    this.pull?.dispose();
    this.search?.dispose();
    this.tree = new Tree(partsOf(kit), (...asked) => this.model.files(this, ...asked));
    this.search = new Search(this.tree, (...asked) => this.model.findFiles(this, ...asked));
    this.search.changed.connect(() => this._changed.emit());
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
