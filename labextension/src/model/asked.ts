import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import { KitError } from '../client';

/** One question to the server and its answer: the last one asked counts, whatever order the answers come in. */
export class Asked<T> implements IDisposable {
  constructor(private _ask: (signal: AbortSignal) => Promise<T>) {}

  /** The last answer; it stays while a newer one is waited for. */
  get value(): T | null {
    return this._value;
  }

  get error(): KitError | null {
    return this._error;
  }

  get isLoading(): boolean {
    return this._state === 'loading';
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._state === 'disposed';
  }

  /** Ask, unless it was asked already. */
  load(): void {
    if (this._state === 'new') {
      void this.reload();
    }
  }

  /** Ask, or ask again; with another question when one is given. */
  async reload(ask: (signal: AbortSignal) => Promise<T> = this._ask): Promise<void> {
    if (this.isDisposed) {
      return;
    }
    this._ask = ask;
    this._stop.abort();
    const stop = (this._stop = new AbortController());
    this._state = 'loading';
    this._changed.emit();
    let [value, error]: [T | null, KitError | null] = [null, null];
    try {
      value = await ask(stop.signal);
    } catch (reason) {
      error = KitError.from(reason);
    }
    if (stop === this._stop && !this.isDisposed) {
      [this._value, this._error, this._state] = [value, error, 'done'];
      this._changed.emit();
    }
  }

  /** Forget the answer, and whatever is on its way. */
  clear(): void {
    this._stop.abort();
    this._stop = new AbortController();
    [this._value, this._error, this._state] = [null, null, 'new'];
    this._changed.emit();
  }

  /** Something that is known beside the answer changed. */
  protected tell(): void {
    this._changed.emit();
  }

  dispose(): void {
    this._stop.abort();
    this._state = 'disposed';
    Signal.clearData(this);
  }

  private _changed = new Signal<this, void>(this);
  private _error: KitError | null = null;
  private _state: 'new' | 'loading' | 'done' | 'disposed' = 'new';
  private _stop = new AbortController();
  private _value: T | null = null;
}
