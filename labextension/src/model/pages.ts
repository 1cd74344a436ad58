import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import { KitError } from '../client';
import type { Page } from '../wire';

type PagesState = 'new' | 'loading' | 'ready' | 'failed';

/** Asks for one page: what comes after a name. */
type AskPage = (after: string, signal: AbortSignal) => Promise<Page>;

/** A list that comes in pages and never whole: the next page is asked for when its place comes into sight. */
export class Pages {
  constructor(private readonly _ask: AskPage) {}

  readonly items: string[] = [];

  get state(): PagesState {
    return this._state;
  }

  get error(): KitError | null {
    return this._error;
  }

  /** Whether the registry has more than what is here. */
  get hasMore(): boolean {
    return this._state === 'new' || this._next !== '';
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Ask for the next page, unless it is asked for already or its error waits for a retry. */
  async more(): Promise<void> {
    if (this._state === 'loading' || this._state === 'failed' || !this.hasMore) {
      return;
    }
    const asking = (this._asking = new AbortController());
    this._enter('loading', null);
    try {
      const page = await this._ask(this._next, asking.signal);
      if (asking === this._asking) {
        this._take(page);
      }
    } catch (reason) {
      if (asking === this._asking) {
        this._enter('failed', KitError.from(reason));
      }
    }
  }

  /** Ask again for the page that failed. */
  retry(): Promise<void> {
    if (this._state === 'failed') {
      this._state = this._next || this.items.length ? 'ready' : 'new';
    }
    return this.more();
  }

  /** Forget all and begin with the first page. */
  async restart(): Promise<void> {
    this._asking.abort();
    this._clear();
    this._state = 'new';
    await this.more();
  }

  /**
   * Ask again, quietly: what is here stays until the answer is. A poll asks of no list that is longer than a page, and
   * tells no errors.
   */
  async look(isPoll = false): Promise<void> {
    const isShort = this._state === 'ready' && this._next === '' && this._pages === 1;
    if (this._state === 'new' || (isPoll && (!isShort || this._isLooking))) {
      return;
    }
    if (this._state !== 'ready') {
      return this.restart();
    }
    this._isLooking = true;
    const asking = (this._asking = new AbortController());
    try {
      const page = await this._ask('', asking.signal);
      if (asking === this._asking) {
        this._clear();
        this._take(page);
      }
    } catch (reason) {
      if (asking === this._asking && !isPoll) {
        this._enter('failed', KitError.from(reason));
      }
    } finally {
      this._isLooking = false;
    }
  }

  private _clear(): void {
    this.items.length = 0;
    this._seen.clear();
    this._next = '';
    this._pages = 0;
  }

  /** A registry that answers the page after "x" with "x" again would never end: only new names count. */
  private _take(page: Page): void {
    const before = this._seen.size;
    this._pages += 1;
    for (const item of page.items) {
      if (!this._seen.has(item)) {
        this._seen.add(item);
        this.items.push(item);
      }
    }
    this._next = this._seen.size > before ? page.next : '';
    this._enter('ready', null);
  }

  private _enter(state: PagesState, error: KitError | null): void {
    this._state = state;
    this._error = error;
    this._changed.emit();
  }

  private _asking = new AbortController();
  private _changed = new Signal<this, void>(this);
  private _error: KitError | null = null;
  private _isLooking = false;
  private _next = '';
  private _pages = 0;
  private readonly _seen = new Set<string>();
  private _state: PagesState = 'new';
}
