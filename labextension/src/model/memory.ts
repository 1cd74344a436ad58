import type { IStateDB } from '@jupyterlab/statedb';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import type { TagOrder } from './types';

const PLACE = 'kitops-jupyter:panel';
/** Open from the beginning. */
const OPEN = ['transfers', 'notebook', 'store'];
const KEPT = 500;
const ORDERS: readonly TagOrder[] = ['name', 'newest', 'largest'];

interface ISaved {
  open?: unknown;
  order?: unknown;
  named?: unknown;
}

/** How a person left the panel: what is unfolded, the tags' order, and repositories of registries that list none. */
export class Memory {
  constructor(private readonly _state: IStateDB | null) {}

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get opened(): ReadonlySet<string> {
    return this._open;
  }

  get named(): { readonly [registry: string]: readonly string[] } {
    return this._named;
  }

  get order(): TagOrder {
    return this._order;
  }

  /** Show the tags in this order. */
  sort(order: TagOrder): void {
    this._order = order;
    this._touched.add('order');
    this._keep();
  }

  isOpen(key: string): boolean {
    return this._open.has(key);
  }

  open(key: string, isOpen: boolean): void {
    const open = new Set(this._open);
    open.delete(key);
    if (isOpen) {
      open.add(key);
    }
    this._open = open;
    this._touched.add(key);
    this._keep();
  }

  /** Show a repository of a registry, open. */
  name(registry: string, repository: string): void {
    this._touched.add(`registry ${registry}`).add(`repository ${registry}/${repository}`);
    const before = (this._named[registry] ?? []).filter(each => each !== repository);
    this._named = { ...this._named, [registry]: [repository, ...before] };
    this._open = new Set([...this._open, `registry ${registry}`, `repository ${registry}/${repository}`]);
    this._keep();
  }

  /** What was saved; what a person did meanwhile stays. */
  async restore(): Promise<void> {
    const saved = (await this._state?.fetch(PLACE).catch(() => undefined)) as ISaved | undefined;
    if (saved) {
      const before = texts(saved.open).filter(key => !this._touched.has(key));
      this._open = new Set([...before, ...[...this._open].filter(key => this._touched.has(key))]);
      const named = Object.fromEntries(Object.entries(saved.named ?? {}).map(([name, each]) => [name, texts(each)]));
      this._named = { ...named, ...this._named };
      const order = ORDERS.find(each => each === saved.order);
      this._order = (!this._touched.has('order') && order) || this._order;
    }
    this._isRestored = true;
    if (this._touched.size) {
      this._keep();
    } else {
      this._changed.emit();
    }
  }

  private _keep(): void {
    const named = Object.fromEntries(Object.entries(this._named).map(([name, each]) => [name, [...each]]));
    if (this._isRestored) {
      void this._state?.save(PLACE, { open: [...this._open].slice(-KEPT), named, order: this._order });
    }
    this._changed.emit();
  }

  private _changed = new Signal<this, void>(this);
  private _isRestored = false;
  private _named: { readonly [registry: string]: readonly string[] } = {};
  private _order: TagOrder = 'name';
  private _open: ReadonlySet<string> = new Set(OPEN);
  private readonly _touched = new Set<string>();
}

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];
