import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import { KitError } from '../client';
import type { Summary } from '../wire';

/** At most so many kits in one question: the server refuses more. */
const BATCH = 50;
/** Rows that scroll past within this time are never asked for. */
const SETTLE_MS = 120;
/** A person who scrolls through 10,000 tags must not fill the page's memory. */
const KEPT = 4000;

type AskSummaries = (references: readonly string[], signal: AbortSignal) => Promise<Summary[]>;

/** What the rows in sight say about their kits: asked for in batches, when the scrolling rests, and kept. */
export class Summaries implements IDisposable {
  constructor(private readonly _ask: AskSummaries) {}

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._disposed;
  }

  get(reference: string): Summary | undefined {
    return this._known.get(reference);
  }

  /** These rows are in sight, and no others: what was wanted before and not yet asked for is dropped. */
  want(references: readonly string[]): void {
    this._wanted = references.filter(each => !this._known.has(each) && !this._asked.has(each));
    window.clearTimeout(this._timer);
    if (this._wanted.length && !this._disposed) {
      this._timer = window.setTimeout(() => void this._next(), SETTLE_MS);
    }
  }

  /** Forget what is known of some kits, or of all: they may have moved. */
  forget(isStale: (reference: string) => boolean = () => true): void {
    for (const reference of [...this._known.keys()].filter(isStale)) {
      this._known.delete(reference);
    }
    this._changed.emit();
  }

  dispose(): void {
    this._disposed = true;
    window.clearTimeout(this._timer);
    this._stop.abort();
    Signal.clearData(this);
  }

  /** One question at a time: a slow registry gets no second one while it thinks about the first. */
  private async _next(): Promise<void> {
    if (this._asked.size || !this._wanted.length || this._disposed) {
      return;
    }
    const batch = this._wanted.splice(0, BATCH);
    this._asked = new Set(batch);
    let answers: Summary[];
    try {
      answers = await this._ask(batch, this._stop.signal);
    } catch (reason) {
      answers = batch.map(reference => failed(reference, KitError.from(reason)));
    }
    if (this._disposed) {
      return;
    }
    this._asked.clear();
    this._keep(batch, answers);
    this._changed.emit();
    void this._next();
  }

  /** A kit that the server said nothing about is not asked for again and again. */
  private _keep(batch: readonly string[], answers: readonly Summary[]): void {
    const said = new Map(answers.map(each => [each.reference, each]));
    for (const reference of batch) {
      this._known.set(
        reference,
        said.get(reference) ?? failed(reference, new KitError('unanswered', 'the server said nothing about it'))
      );
    }
    for (const oldest of this._known.keys()) {
      if (this._known.size <= KEPT) {
        break;
      }
      this._known.delete(oldest);
    }
  }

  private _asked = new Set<string>();
  private _changed = new Signal<this, void>(this);
  private _disposed = false;
  private readonly _known = new Map<string, Summary>();
  private readonly _stop = new AbortController();
  private _timer = 0;
  private _wanted: string[] = [];
}

function failed(reference: string, reason: KitError): Summary {
  const { code, message, hint, details } = reason;
  return {
    reference,
    digest: '',
    size_bytes: 0,
    created: '',
    kit_name: '',
    is_local: false,
    layers_here: 0,
    layers: 0,
    error: { code, message, hint, details: [...details] }
  };
}
