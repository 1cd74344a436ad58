import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import { KitError } from '../client';
import type { SearchPage } from '../wire';

/** Letters that follow each other as quickly as this are one text. */
const TYPED_MS = 400;
/** So many repositories are looked through before somebody is asked whether to look further. */
const AT_ONCE = 400;
/** With so many letters, registries are searched. */
export const SEARCHED = 2;

type AskSearch = (after: string, limit: number, signal: AbortSignal) => Promise<SearchPage>;

/** One text in the tags of one registry: what was found so far, and how far was looked. */
export class TagSearch {
  constructor(private readonly _ask: AskSearch) {}

  /** The tags that have the text, by repository. */
  readonly found = new Map<string, readonly string[]>();

  lookedAt = 0;
  /** All that the registry lists; 0 before that is known. */
  repositories = 0;
  /** Repositories that could not be read. */
  unread = 0;
  error: KitError | null = null;

  get isLooking(): boolean {
    return this._asking !== null;
  }

  /** Whether there is more to look at. */
  get hasMore(): boolean {
    return this.repositories === 0 || this.lookedAt < this.repositories;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Look through the next repositories; what was found is shown as it comes. */
  async further(): Promise<void> {
    if (this._asking) {
      return;
    }
    const asking = (this._asking = new AbortController());
    const until = this.lookedAt + AT_ONCE;
    this.error = null;
    this._changed.emit();
    try {
      for (let isFurther = true; isFurther && this.hasMore && this.lookedAt < until;) {
        const page = await this._ask(this._next, until - this.lookedAt, asking.signal);
        if (asking !== this._asking) {
          return;
        }
        // A list that shrank meanwhile is not gone through for ever.
        isFurther = page.looked_at > this.lookedAt && page.error === null;
        this._take(page);
      }
    } catch (reason) {
      if (asking !== this._asking) {
        return;
      }
      this.error = KitError.from(reason);
    }
    this._asking = null;
    this._changed.emit();
  }

  /** Look no further now; what was found stays. */
  stop(): void {
    this._asking?.abort();
    this._asking = null;
    this._changed.emit();
  }

  private _take(page: SearchPage): void {
    page.found.forEach(({ name, tags }) => this.found.set(name, tags));
    this.lookedAt = page.looked_at;
    this.repositories = page.repositories;
    this.unread += page.unread;
    this.error = page.error && KitError.of(page.error);
    this._next = page.next || this._next;
    this._changed.emit();
  }

  private _asking: AbortController | null = null;
  private _changed = new Signal<this, void>(this);
  private _next = '';
}

/** The search of all registries for one text: each on its own, so that one that is silent holds up no other. */
export class Searches {
  constructor(
    private readonly _ask: (registry: string, text: string, ...rest: Parameters<AskSearch>) => Promise<SearchPage>
  ) {}

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get(registry: string): TagSearch | undefined {
    return this._searches.get(registry);
  }

  /** Look for this text in these registries, once nobody types any more; the last text is no longer looked for. */
  look(text: string, registries: readonly string[]): void {
    window.clearTimeout(this._timer);
    this._searches.forEach(each => each.stop());
    this._searches.clear();
    this._changed.emit();
    if (text.length >= SEARCHED) {
      this._timer = window.setTimeout(() => registries.forEach(each => this._begin(each, text)), TYPED_MS);
    }
  }

  private _begin(registry: string, text: string): void {
    const search = new TagSearch((...asked) => this._ask(registry, text, ...asked));
    search.changed.connect(() => this._searches.get(registry) === search && this._changed.emit());
    this._searches.set(registry, search);
    void search.further();
  }

  private _changed = new Signal<this, void>(this);
  private readonly _searches = new Map<string, TagSearch>();
  private _timer = 0;
}
