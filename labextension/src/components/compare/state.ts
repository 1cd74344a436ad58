// The tags of a repository side by side: what came of them so far, in which order, and what is best. Nothing draws.

import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import { KitError } from '../../client';
import type { IKitModel } from '../../model';
import type { ComparedTag } from '../../wire';
import type { Value } from './kits';
import { between, byDigest, hasNumbers } from './kits';
import { SERIES_KITS, SeriesState } from './series';

/** What the rows are ordered by: a tag's name, its time, or a metric or parameter. */
export interface IColumn {
  readonly kind: 'tag' | 'created' | 'metric' | 'param';
  readonly name: string;
}

export const CREATED: IColumn = { kind: 'created', name: '' };

/** The numbers of one metric, from the oldest kit to the newest; a kit with several tags is one point. */
export interface ILine {
  readonly name: string;
  readonly points: readonly { readonly label: string; readonly value: number }[];
}

/** A line through fewer kits says nothing. */
const LINE = 3;

export class CompareState implements IDisposable {
  constructor(
    private readonly _model: Pick<IKitModel, 'compareSeries' | 'compareTags'>,
    readonly repository: string
  ) {
    this.series = new SeriesState(_model, repository);
    void this.more();
  }

  /** What was logged, once somebody asks for it. */
  readonly series: SeriesState;

  /** The tags that came so far. */
  tags: readonly ComparedTag[] = [];

  /** How many there are. */
  total = 0;

  error: KitError | null = null;
  isLoading = false;

  /** Parameters that are the same everywhere have columns, too. */
  showsSame = false;

  column = CREATED;
  isDown = true;

  /** In the order in which they were ticked. */
  ticked: readonly string[] = [];

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  get hasMore(): boolean {
    return this._next !== '';
  }

  /** Ask for the next page, unless it is asked for already, or all is here. */
  async more(): Promise<void> {
    if (this.isLoading || this.isDisposed || this._next === '') {
      return;
    }
    const asking = (this._asking = new AbortController());
    [this.isLoading, this.error] = [true, null];
    this._changed.emit();
    try {
      const page = await this._model.compareTags(this.repository, this._next ?? '', asking.signal);
      if (asking !== this._asking) {
        return;
      }
      const before = this._isOld ? [] : this.tags;
      const known = new Set(before.map(({ tag }) => tag));
      const added = page.items.filter(({ tag }) => !known.has(tag));
      this.tags = [...before, ...added];
      this._isOld = false;
      this.total = page.total;
      page.lower.forEach(name => this._lower.add(name));
      // A page that brings nothing new would be asked for without end.
      this._next = added.length ? page.next : '';
    } catch (reason) {
      if (asking !== this._asking) {
        return;
      }
      this.error = KitError.from(reason);
    }
    this.isLoading = false;
    this._look();
  }

  /** Begin again: tags moved. What is shown stays until the answer is there. */
  async restart(): Promise<void> {
    this._asking.abort();
    [this._next, this.isLoading, this._isOld] = [null, false, true];
    await this.more();
  }

  /** Order by a column; again, the other way round. Numbers begin with the best or the highest. */
  sort(column: IColumn): void {
    const isSame = column.kind === this.column.kind && column.name === this.column.name;
    this.isDown = isSame
      ? !this.isDown
      : column.kind === 'created' || (column.kind === 'metric' && !this.isLower(column.name));
    this.column = column;
    this._changed.emit();
  }

  tick(tag: string): void {
    this.ticked = this.ticked.includes(tag) ? this.ticked.filter(each => each !== tag) : [...this.ticked, tag];
    this._changed.emit();
  }

  toggleSame(): void {
    this.showsSame = !this.showsSame;
    this._changed.emit();
  }

  /** The metrics that a kit has, in the order in which they come. */
  get metrics(): readonly string[] {
    return this._metrics;
  }

  /** The parameters that have a column. */
  get params(): readonly string[] {
    return this.showsSame ? this._params : this._params.filter(name => this._differing.has(name));
  }

  /** How many parameters are the same everywhere. */
  get same(): number {
    return this._params.length - this._differing.size;
  }

  /** Tags without metrics and parameters. */
  get without(): number {
    return this.tags.filter(tag => !tag.problem && !hasNumbers(tag)).length;
  }

  /** Whether a parameter is not the same in all kits that have numbers. */
  differs(param: string): boolean {
    return this._differing.has(param);
  }

  /** Whether the lowest number of a metric is the best. */
  isLower(metric: string): boolean {
    return this._lower.has(metric);
  }

  /** Whether a tag's kit has the best number of those that came. */
  isBest(tag: ComparedTag, metric: string): boolean {
    return tag.digest !== '' && this._best.get(metric) === tag.digest;
  }

  get hasBest(): boolean {
    return this._best.size > 0;
  }

  /** The rows in their order; what has no value comes last. */
  get rows(): readonly ComparedTag[] {
    const way = this.isDown ? -1 : 1;
    const { column } = this;
    return [...this.tags].sort((one, two) => {
      const [a, b] = [valueOf(one, column), valueOf(two, column)];
      const missing = Number(isNone(a)) - Number(isNone(b));
      return missing || way * between(a, b) || between(one.tag, two.tag);
    });
  }

  /** A line for each metric that at least three kits have. */
  get lines(): readonly ILine[] {
    const kits = byDigest(this.tags);
    return this._metrics.flatMap(name => {
      const points = kits.flatMap(({ labels, tag }) => {
        const value = tag.metrics[name];
        return typeof value === 'number' ? [{ label: labels.join(', '), value }] : [];
      });
      return points.length >= LINE ? [{ name, points }] : [];
    });
  }

  /** The digests of the kits that are ticked; without a tick, of the newest that have numbers. The newest is first. */
  get chosen(): readonly string[] {
    const kits = byDigest(this.tags).reverse();
    const ticked = this.ticked.length
      ? kits.filter(({ labels }) => labels.some(label => this.ticked.includes(label)))
      : kits.filter(({ tag }) => hasNumbers(tag)).slice(0, SERIES_KITS);
    return ticked.map(({ tag }) => tag.digest);
  }

  dispose(): void {
    this.series.dispose();
    this._isDisposed = true;
    this._asking.abort();
    this._asking = new AbortController();
    Signal.clearData(this);
  }

  private _look(): void {
    const found = byDigest(this.tags);
    this.series.labels = new Map(found.map(({ labels, tag }) => [tag.digest, labels.join(', ')]));
    const kits = found.map(({ tag }) => tag);
    const numbered = kits.filter(hasNumbers);
    this._metrics = namesOf(numbered.map(({ metrics }) => metrics));
    this._params = namesOf(numbered.map(({ params }) => params));
    this._differing = new Set(
      this._params.filter(
        name => numbered.length < 2 || new Set(numbered.map(({ params }) => JSON.stringify(params[name]))).size > 1
      )
    );
    this._best.clear();
    for (const name of this._metrics) {
      const found = numbered.filter(({ metrics }) => typeof metrics[name] === 'number');
      const numbers = found.map(({ metrics }) => metrics[name] as number);
      if (new Set(numbers).size > 1) {
        const best = numbers.reduce((one, two) => (one < two === this.isLower(name) ? one : two));
        this._best.set(name, found[numbers.indexOf(best)].digest);
      }
    }
    this.ticked = this.ticked.filter(name => this.tags.some(({ tag }) => tag === name));
    this._changed.emit();
  }

  private _asking = new AbortController();
  private readonly _best = new Map<string, string>();
  private _changed = new Signal<this, void>(this);
  private _differing: ReadonlySet<string> = new Set();
  private _isDisposed = false;
  private _isOld = false;
  private readonly _lower = new Set<string>();
  private _metrics: readonly string[] = [];
  /** Behind which tag the next page begins; null before the first, empty behind the last. */
  private _next: string | null = null;
  private _params: readonly string[] = [];
}

const isNone = (value: Value | undefined): boolean => value === null || value === undefined || value === '';

function namesOf(values: readonly { readonly [name: string]: Value }[]): string[] {
  return [...new Set(values.flatMap(each => Object.keys(each)))];
}

function valueOf(tag: ComparedTag, { kind, name }: IColumn): Value | undefined {
  switch (kind) {
    case 'tag':
      return tag.tag;
    case 'created':
      return tag.created;
    case 'metric':
      return tag.metrics[name];
    case 'param':
      return tag.params[name];
  }
}
