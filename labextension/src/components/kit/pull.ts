import type { IDisposable } from '@lumino/disposable';
import { Debouncer } from '@lumino/polling';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import { KitError } from '../../client';
import type { LineData } from '../../lines';
import type { IKitModel } from '../../model';
import { isGoing } from '../../model';
import { folderOf } from '../../outcome';
import type { ConflictingPath, Job, PullCheck } from '../../wire';
import { Asked } from '../../model/asked';
import type { INode } from './node';
import type { Tree } from './tree';

/** What becomes of a file that conflicts. */
export type OnConflict = 'keep' | 'overwrite' | 'beside';

const COMMANDS = { keep: 'keep_command', overwrite: 'overwrite_command', beside: 'beside_command' } as const;

/** Somebody ticks several rows in a go: the server is asked when they rest. */
const SETTLE_MS = 250;

interface IPullOptions {
  /** Where the files go at first. */
  directory: string;
  /** Whether the registry is asked also for what is here. */
  isRemote: boolean;
  /** Whether the local store has the kit: then it is unpacked. */
  isHere: boolean;
}

/** Where the ticked parts go, what stands in their way, and the job that brings them. */
export class Pull implements IDisposable {
  constructor(
    private readonly _model: IKitModel,
    readonly reference: string,
    private readonly _tree: Tree,
    private readonly _options: IPullOptions
  ) {
    this._directory = _options.directory;
    this._isHere = _options.isHere;
    this.check = new Asked<PullCheck>(() => Promise.reject(new Error('nothing is ticked')));
    this.check.changed.connect(this._onCheck, this);
    this._settle = new Debouncer(() => this.ask(), SETTLE_MS);
    _tree.changed.connect(this._onTree, this);
  }

  readonly check: Asked<PullCheck>;

  /** The job that this tab began last. */
  jobId = '';

  /** Why it did not begin. */
  error: KitError | null = null;

  isStarting = false;

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this.check.isDisposed;
  }

  /** The folder below the server's root. */
  get directory(): string {
    return this._directory;
  }

  set directory(directory: string) {
    this._directory = directory;
    this._ask();
  }

  /** Whether the local store has the whole kit. */
  get isHere(): boolean {
    return this._isHere;
  }

  /** Whether the ticked parts come out of the local store, and no registry is asked. */
  get isUnpack(): boolean {
    return this.check.value ? this.check.value.kind === 'unpack' : this._isHere && !this.intoStore;
  }

  /** Whether the server still looks at what is ticked. */
  get isCounting(): boolean {
    return this._tree.tick !== 'none' && (this._isStale || this.check.isLoading);
  }

  /** Only a whole kit goes into the local store; parts, and data from elsewhere, become files. */
  get canStore(): boolean {
    return this._tree.tick === 'all' && !this._tree.includesRemote;
  }

  get intoStore(): boolean {
    return this._intoStore && this.canStore;
  }

  set intoStore(intoStore: boolean) {
    this._intoStore = intoStore;
    this._ask();
  }

  get onConflict(): OnConflict | null {
    return this._onConflict;
  }

  set onConflict(choice: OnConflict | null) {
    this._isWanted = false; // who chooses presses the button, too
    this._onConflict = choice;
    this._changed.emit();
  }

  /** The first of the paths that conflict. */
  get conflicts(): readonly ConflictingPath[] {
    return this.check.value?.conflicts ?? [];
  }

  get conflictCount(): number {
    return this.check.value?.conflict_count ?? 0;
  }

  /** The new folder that takes the files when existing files must stay. */
  get beside(): string {
    return this.check.value?.beside ?? '';
  }

  get job(): Job | undefined {
    return this._model.jobs.find(this.jobId);
  }

  /** Whether this tab just brought what is ticked to this folder: what already exists there is that. */
  get isDone(): boolean {
    const { job } = this;
    return job !== undefined && !this.isStarting && folderOf(job) !== null;
  }

  /** The %kit line of what is chosen; null before it is known. */
  get line(): LineData | null {
    const { value } = this.check;
    return value?.[this._answer ? COMMANDS[this._answer] : 'command'] ?? null;
  }

  /** Whether the first byte may move: what is ticked was looked at, and the conflicts were shown. */
  get isReady(): boolean {
    const { check } = this;
    const isChecked = check.value !== null && !check.isLoading && !check.error && !this._isStale;
    return isChecked && !this.isStarting && (!this.conflictCount || this._onConflict !== null);
  }

  /** More of the kit is here than was: look again; what is in the store already does not go there. */
  renew(isHere: boolean): void {
    this._intoStore &&= !isHere;
    this._isHere = isHere;
    void this.ask();
  }

  /** Look again at what would move and what conflicts. */
  ask(): Promise<void> {
    this._isStale = false;
    const { filters, includesRemote, tick } = this._tree;
    if (tick === 'none') {
      this.check.clear();
      return Promise.resolve();
    }
    const directory = this.intoStore ? null : this._directory;
    const { isRemote } = this._options;
    return this.check.reload(signal =>
      this._model.checkPull(this.reference, filters, directory, includesRemote, isRemote, signal)
    );
  }

  async start(): Promise<void> {
    if (!this.isReady) {
      return;
    }
    this.isStarting = true;
    this.error = null;
    this._changed.emit();
    const answer = this._answer;
    const directory = answer === 'beside' ? this.beside : this._directory;
    const asked = {
      reference: this.reference,
      filters: this._tree.filters,
      include_remote: this._tree.includesRemote,
      on_conflict: answer && answer !== 'beside' ? answer : 'refuse'
    } as const;
    try {
      const job = await this._model.startJob(
        this.isUnpack
          ? { kind: 'unpack', ...asked, directory }
          : { kind: 'pull', ...asked, directory: this.intoStore ? null : directory }
      );
      this.jobId = job.id;
    } catch (reason) {
      this.error = KitError.from(reason);
    }
    this.isStarting = false;
    this._changed.emit();
  }

  /** Bring once more what was brought; the files of the first time are shown first, if they are still there. */
  again(): void {
    this._ask();
    this._startWhenReady();
  }

  /** Bring the whole kit; if files conflict, they are shown first. */
  startAll(): void {
    if (this._tree.tick !== 'all') {
      this._tree.toggleAll();
    } else if (this.isDone) {
      this._ask();
    }
    this._startWhenReady();
  }

  /** Bring one part alone; if files conflict, they are shown first. */
  async startOnly(node: INode): Promise<void> {
    await this._tree.only(node);
    this._startWhenReady();
  }

  dispose(): void {
    this._settle.dispose();
    this.check.dispose();
    Signal.clearData(this);
  }

  /** What was chosen for the files that conflict; null if there are none. */
  private get _answer(): OnConflict | null {
    return this.conflictCount ? this._onConflict : null;
  }

  /** Start, once what is ticked was looked at; not if files conflict, or something else is ticked by then. */
  private _startWhenReady(): void {
    if (this.isReady) {
      void this.start();
      return;
    }
    this._isWanted = true;
    if (!this.isCounting) {
      void this.ask();
    }
  }

  private _onCheck(): void {
    this._changed.emit();
    if (this._isWanted && !this.isCounting) {
      this._isWanted = false;
      void this.start();
    }
  }

  private _onTree(): void {
    const { version } = this._tree;
    if (version !== this._version) {
      this._version = version;
      this._ask();
    }
  }

  /** What was said of other files or another folder, and how their transfer ended, is no answer any more. */
  private _ask(): void {
    this._isStale = true;
    this._isWanted = false;
    this._onConflict = null;
    this.jobId = this.job && isGoing(this.job) ? this.jobId : '';
    this.error = null;
    this._changed.emit();
    void this._settle.invoke().catch(() => undefined);
  }

  private _changed = new Signal<this, void>(this);
  private _directory: string;
  private _intoStore = false;
  private _isHere: boolean;
  private _isStale = false;
  private _isWanted = false;
  private _onConflict: OnConflict | null = null;
  private readonly _settle: Debouncer<void, void, []>;
  private _version = 0;
}
