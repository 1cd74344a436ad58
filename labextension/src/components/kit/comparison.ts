// Two kits against each other: what was asked so far, of the whole and of single files.

import { UUID } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import type { LineData } from '../../lines';
import { kitLine } from '../../lines';
import type { IKitModel } from '../../model';
import { Asked } from '../../model/asked';
import type { DiffFile, DiffView } from '../../wire';

/** So often a comparison that runs is asked how far it is. */
const LOOK_MS = 500;

/** A file that is larger, before and after together, is not looked into before somebody presses a button. */
const SMALL_BYTES = 8 << 20;

/** A comparison that may take long: how much it has read, and its end before it is done. */
export class LongQuestion<T> extends Asked<T> {
  constructor(private readonly _model: Pick<IKitModel, 'diffRead'>) {
    super(() => Promise.reject(new Error('nothing is compared')));
  }

  /** What the server read for it so far. */
  readBytes = 0;

  async start(ask: (id: string, signal: AbortSignal) => Promise<T>): Promise<void> {
    this.readBytes = 0;
    const id = (this._id = UUID.uuid4());
    const timer = setInterval(() => void this._look(id), LOOK_MS);
    try {
      await this.reload(signal => ask(id, signal));
    } finally {
      clearInterval(timer);
    }
  }

  private async _look(id: string): Promise<void> {
    try {
      const { is_running, read_bytes } = await this._model.diffRead(id);
      if (is_running && id === this._id && this.isLoading) {
        this.readBytes = read_bytes;
        this.tell();
      }
    } catch {
      // Why it cannot be said is what the comparison itself will say.
    }
  }

  private _id = '';
}

export class Comparison implements IDisposable {
  constructor(
    private readonly _model: IKitModel,
    private readonly _reference: string
  ) {
    this.whole = new Asked<DiffView>(() => Promise.reject(new Error('no other kit')));
    this.deep = new LongQuestion<DiffView>(_model);
    [this.whole, this.deep].forEach(each => each.changed.connect(() => this._changed.emit()));
  }

  /** The kit or the folder that this one is, or will be, compared with. */
  other = '';

  readonly whole: Asked<DiffView>;
  /** The same, with what is inside of all files, however much that downloads. */
  readonly deep: LongQuestion<DiffView>;

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** What is known of the two. */
  get view(): DiffView | null {
    return this.whole.isLoading ? null : (this.deep.value ?? this.whole.value);
  }

  /** The line that does the same; null before there is another side. */
  get line(): LineData | null {
    const { a, b } = this.view ?? { a: this._reference, b: this.other };
    const words = [a, b, ...(this.deep.value ? ['--deep'] : [])];
    return this.other
      ? { ...kitLine('diff', ...words), paths: [a, b].flatMap((each, at) => pathsOf(each, at + 1)) }
      : null;
  }

  get isDisposed(): boolean {
    return this.whole.isDisposed;
  }

  /** With another kit; the one that was packed first comes first. */
  compare(other: string): void {
    this.other = other;
    this._ask(this._reference, other, true);
  }

  /** The other way round. */
  swap(): void {
    const { view } = this;
    if (view) {
      this._ask(view.b, view.a, false);
    }
  }

  /** Look into all files. */
  deepen(): void {
    const { view } = this;
    if (view) {
      const { a, b } = view;
      void this.deep.start((id, signal) => this._model.diff({ a, b, deep: true, id }, signal));
    }
  }

  /** End a comparison that runs; what was known before it stays. */
  cancel(question: LongQuestion<unknown>): void {
    question.clear();
  }

  isOpen(path: string): boolean {
    return this._open.has(path);
  }

  /** Show or hide what is inside a file; a small one is looked into. */
  toggle(file: DiffFile): void {
    if (!this._open.delete(file.path)) {
      this._open.add(file.path);
      if (
        !this.known(file).inside &&
        !file.why &&
        file.change === 'changed' &&
        file.a_size + file.b_size <= SMALL_BYTES
      ) {
        this.look(file, false);
      }
    }
    this._changed.emit();
  }

  /** Look into a file; with `isDeep` however much that downloads. */
  look({ path }: DiffFile, isDeep: boolean): void {
    const { view } = this;
    if (view) {
      const { a, b } = view;
      void this._question(path).start((id, signal) => this._model.diffFile({ a, b, path, deep: isDeep, id }, signal));
    }
  }

  /** What is known of a file: from the whole, or because somebody looked into it. */
  known(file: DiffFile): DiffFile {
    return file.inside ? file : (this._question(file.path).value ?? file);
  }

  /** What was asked of a file. */
  question({ path }: DiffFile): LongQuestion<DiffFile> {
    return this._question(path);
  }

  dispose(): void {
    [this.whole, this.deep, ...this._files.values()].forEach(each => each.dispose());
    Signal.clearData(this);
  }

  private _ask(a: string, b: string, isOldestFirst: boolean): void {
    this._files.forEach(each => each.dispose());
    this._files.clear();
    this._open.clear();
    this.deep.clear();
    void this.whole.reload(signal => this._model.diff({ a, b, oldest_first: isOldestFirst }, signal));
  }

  private _question(path: string): LongQuestion<DiffFile> {
    let question = this._files.get(path);
    if (!question) {
      question = new LongQuestion<DiffFile>(this._model);
      question.changed.connect(() => this._changed.emit());
      this._files.set(path, question);
    }
    return question;
  }

  private _changed = new Signal<this, void>(this);
  private readonly _files = new Map<string, LongQuestion<DiffFile>>();
  private readonly _open = new Set<string>();
}

/** A side that is a folder is a path. */
const pathsOf = (side: string, at: number): number[] => (side.startsWith('.') ? [at] : []);
