import type { ISessionContext } from '@jupyterlab/apputils';
import type { Kernel } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import { KitError } from '../../client';
import { LOAD } from '../../lines';
import type { IListing, IVariable, Role } from './kernelsaid';
import { listingOf } from './kernelsaid';

/** What a kernel answers that has loaded the extension. */
const TARGET = 'kitops.variables';

/** A kernel that says nothing for so long is busy with something else. */
const ANSWER_MS = 5000;

const FLAGS: { readonly [role in Role]: (name: string) => string[] } = {
  model: name => ['--model', name],
  dataset: name => ['--dataset', name],
  metric: name => ['--metric', `${name}=${name}`],
  param: name => ['--param', `${name}=${name}`]
};

/** None: there is no Python kernel. Missing: it has not loaded the extension. */
type Stage = 'none' | 'asking' | 'busy' | 'missing' | 'failed' | 'ready';

/** A kernel's variables: which there are, and what the ticked ones are packed as. Their values stay in the kernel. */
export class KernelVariables implements IDisposable {
  constructor(
    private readonly _session: ISessionContext | null,
    /** The notebook's folder, on the server's machine. */
    private readonly _folder: () => string
  ) {
    _session?.statusChanged.connect(this._onStatus, this);
  }

  /** A part of a name or a type: the others are not shown. */
  get filter(): string {
    return this._filter;
  }

  set filter(filter: string) {
    this._filter = filter;
    this._changed.emit();
  }

  get stage(): Stage {
    return this._stage;
  }

  get error(): KitError | null {
    return this._error;
  }

  get kernel(): Kernel.IKernelConnection | null {
    return this._session?.session?.kernel ?? null;
  }

  get listing(): IListing | null {
    return this._listing;
  }

  /** Those that the filter leaves. */
  get shown(): readonly IVariable[] {
    const sought = this._filter.trim().toLowerCase();
    const all = this._listing?.variables ?? [];
    return all.filter(({ name, type }) => `${name}\n${type}`.toLowerCase().includes(sought));
  }

  /** How many are ticked. */
  get count(): number {
    return this._ticked.size;
  }

  /** The flags that pack what is ticked. */
  get words(): string[] {
    return [...this._ticked].flatMap(([name, role]) => FLAGS[role](name));
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** What a ticked variable is packed as. */
  roleOf({ name }: IVariable): Role | null {
    return this._ticked.get(name) ?? null;
  }

  /** Pack it, as what it seems to be; or leave it out again. */
  toggle({ name, role }: IVariable): void {
    if (!this._ticked.delete(name)) {
      this._ticked.set(name, role);
    }
    this._changed.emit();
  }

  /** Pack it as this. */
  choose({ name }: IVariable, role: Role): void {
    this._ticked.set(name, role);
    this._changed.emit();
  }

  /** Ask the kernel, now or when it is idle. */
  async load(): Promise<void> {
    const { kernel } = this;
    const spec = await kernel?.spec.catch(() => undefined);
    if (this.isDisposed) {
      return;
    }
    if (!kernel || kernel.status === 'dead' || (spec && spec.language.toLowerCase() !== 'python')) {
      this._enter('none');
    } else if (kernel.status === 'idle') {
      this._ask(kernel);
    } else {
      this._enter('busy');
    }
  }

  /** Have the kernel load the extension, and ask it. */
  async loadExtension(): Promise<void> {
    this._enter('asking');
    try {
      const { content } = await this.kernel!.requestExecute({ code: LOAD, ...QUIET }).done;
      if (content.status === 'error') {
        throw new KitError('no_extension', `${content.ename}: ${content.evalue}`);
      }
    } catch (reason) {
      this._error = KitError.from(reason);
      this._enter('failed');
      return;
    }
    await this.load();
  }

  dispose(): void {
    this._isDisposed = true;
    this._session?.statusChanged.disconnect(this._onStatus, this);
    this._hangUp();
    Signal.clearData(this);
  }

  private _ask(kernel: Kernel.IKernelConnection): void {
    this._hangUp();
    this._enter('asking');
    try {
      const comm = (this._comm = kernel.createComm(TARGET));
      comm.onMsg = ({ content }) => {
        if (comm === this._comm) {
          this._take(listingOf(content.data));
        }
      };
      comm.onClose = () => {
        if (comm === this._comm) {
          this._comm = null;
          this._hangUp();
          this._enter('missing');
        }
      };
      comm.open({ folder: this._folder() });
      this._late = setTimeout(() => this._enter('busy'), ANSWER_MS);
    } catch (reason) {
      this._error = KitError.from(reason);
      this._enter('failed');
    }
  }

  private _take(listing: IListing | null): void {
    this._hangUp();
    this._listing = listing;
    this._error = listing ? null : new KitError('unexpected', 'the kernel sent no list of variables');
    this._enter(listing ? 'ready' : 'failed');
  }

  private _hangUp(): void {
    clearTimeout(this._late);
    const comm = this._comm;
    this._comm = null;
    if (comm && !comm.isDisposed && !this.kernel?.isDisposed) {
      comm.close();
    }
  }

  private _onStatus(_: unknown, status: Kernel.Status): void {
    if (status === 'idle' && this._stage === 'busy') {
      void this.load();
    }
  }

  private _enter(stage: Stage): void {
    this._stage = stage;
    if (!this.isDisposed) {
      this._changed.emit();
    }
  }

  private _changed = new Signal<this, void>(this);
  private _comm: Kernel.IComm | null = null;
  private _error: KitError | null = null;
  private _filter = '';
  private _isDisposed = false;
  private _late: ReturnType<typeof setTimeout> | undefined;
  private _listing: IListing | null = null;
  private _stage: Stage = 'none';
  private readonly _ticked = new Map<string, Role>();
}

/** As no cell of the user's: in no history, with nobody to ask, and a failure stops none of them. */
export const QUIET = { silent: false, store_history: false, allow_stdin: false, stop_on_error: false } as const;
