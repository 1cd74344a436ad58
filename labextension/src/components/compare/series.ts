// What was logged of some kits, as lines over steps: fetched when somebody asks for it. Nothing draws.

import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import { KitError } from '../../client';
import { shortDigest } from '../../format';
import type { IKitModel } from '../../model';
import type { KitSeries } from '../../wire';

/** So many kits are drawn: more lines in one plot cannot be told apart. */
export const SERIES_KITS = 6;

const PLOTS = 24;

/** A kit's line: steps and numbers as they were logged; null is a number that is not finite. */
export interface ICurve {
  readonly label: string;
  /** Which of the drawn kits it is, so that a kit looks the same in each plot. */
  readonly at: number;
  readonly points: readonly (readonly [step: number, value: number | null])[];
}

export interface ICurves {
  readonly name: string;
  readonly curves: readonly ICurve[];
}

export class SeriesState implements IDisposable {
  constructor(
    private readonly _model: Pick<IKitModel, 'compareSeries'>,
    private readonly _repository: string
  ) {}

  /** What tags a kit has now, by its digest. */
  labels: ReadonlyMap<string, string> = new Map();

  error: KitError | null = null;
  isLoading = false;
  isShown = false;

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Show what was logged with these kits; those that were shown just now are not asked for again. */
  async draw(digests: readonly string[]): Promise<void> {
    this._asking.abort();
    const asking = (this._asking = new AbortController());
    this._known = this._known.filter(({ digest, problem }) => !problem && digests.includes(digest));
    this._digests = digests;
    const missing = digests.filter(each => !this._find(each));
    [this.isShown, this.isLoading, this.error] = [true, missing.length > 0, null];
    this._changed.emit();
    if (!missing.length) {
      return;
    }
    try {
      const found = await this._model.compareSeries(this._repository, missing, asking.signal);
      if (asking !== this._asking) {
        return;
      }
      this._known = [...this._known, ...found];
    } catch (reason) {
      if (asking !== this._asking) {
        return;
      }
      this.error = KitError.from(reason);
    }
    this.isLoading = false;
    this._changed.emit();
  }

  retry(): Promise<void> {
    return this.draw(this._digests);
  }

  hide(): void {
    this._asking.abort();
    this._asking = new AbortController();
    [this.isShown, this.isLoading] = [false, false];
    this._changed.emit();
  }

  /** A plot for each metric, with a line for each kit that logged it; metrics of one point only come last. */
  get plots(): readonly ICurves[] {
    return this._plots.slice(0, PLOTS);
  }

  /** Whether there are metrics that have no plot. */
  get hasMore(): boolean {
    return this._plots.length > PLOTS || this._known.some(({ more }) => more > 0);
  }

  /** The kits with which nothing was logged. */
  get without(): readonly string[] {
    return this._shown.filter(({ lines, problem }) => !lines.length && !problem).map(({ label }) => label);
  }

  /** The kits whose logs cannot be read, and why. */
  get unread(): readonly { readonly label: string; readonly problem: string }[] {
    return this._shown.filter(({ problem }) => problem);
  }

  dispose(): void {
    this._isDisposed = true;
    this._asking.abort();
    this._asking = new AbortController();
    Signal.clearData(this);
  }

  /** What came of the kits that are drawn, in their order. */
  private get _shown(): readonly (KitSeries & { label: string; at: number })[] {
    return this._digests.flatMap((digest, at) => {
      const found = this._find(digest);
      return found ? [{ ...found, at, label: this.labels.get(digest) ?? shortDigest(digest) }] : [];
    });
  }

  private get _plots(): readonly ICurves[] {
    const found = new Map<string, ICurve[]>();
    for (const { at, label, lines } of this._shown) {
      for (const { name, steps, values } of lines) {
        const points = steps.map((step, nth) => [step, values[nth]] as const);
        found.set(name, [...(found.get(name) ?? []), { label, at, points }]);
      }
    }
    const plots = [...found].map(([name, curves]) => ({ name, curves }));
    const isDot = ({ curves }: ICurves): boolean => curves.every(({ points }) => points.length < 2);
    return [...plots.filter(each => !isDot(each)), ...plots.filter(isDot)];
  }

  private _find(digest: string): KitSeries | undefined {
    return this._known.find(each => each.digest === digest);
  }

  private _asking = new AbortController();
  private _changed = new Signal<this, void>(this);
  private _digests: readonly string[] = [];
  private _isDisposed = false;
  private _known: readonly KitSeries[] = [];
}
