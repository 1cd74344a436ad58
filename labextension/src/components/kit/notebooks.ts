import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import type { IFilePlace, IKitModel, IKitSource } from '../../model';
import type { KitView, LayerRow, NotebookView } from '../../wire';
import { KitError } from '../../client';
import { Asked } from '../../model/asked';

/** So many folders are looked through for notebooks; those further down are opened from the contents. */
const FOLDERS = 24;
const NOTEBOOKS = 200;

/** Where notebooks are looked for first. */
const LIKELY = ['code', 'docs', 'dataset', 'model'];

export const isNotebook = (path: string): boolean => path.toLowerCase().endsWith('.ipynb');

/** What a Notebooks looks through. */
interface IKitOfNotebooks extends IKitSource {
  readonly model: IKitModel;
  readonly kit: { readonly value: KitView | null };
}

/** The notebooks of a kit, and the one that is shown. */
export class Notebooks implements IDisposable {
  constructor(private readonly _of: IKitOfNotebooks) {
    this.view = new Asked<NotebookView>(() => Promise.reject(new Error('no notebook')));
    this.view.changed.connect(() => this._changed.emit());
  }

  readonly view: Asked<NotebookView>;
  readonly places: IFilePlace[] = [];

  shown: IFilePlace | null = null;
  isLooking = false;

  /** Not every folder was looked through. */
  isPartial = false;

  error: KitError | null = null;

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this.view.isDisposed;
  }

  /** Look through the kit's folders for notebooks, once, and show the first. */
  look(): void {
    const { value } = this._of.kit;
    if (value && value !== this._looked) {
      this._looked = value;
      void this._look(value);
    }
  }

  show(place: IFilePlace): void {
    this.shown = place;
    if (!this.places.some(each => each.key === place.key && each.path === place.path)) {
      this.places.unshift(place);
    }
    this.view.clear();
    void this.view.reload(signal => this._of.model.notebook(this._of, place, signal));
  }

  dispose(): void {
    this.view.dispose();
    Signal.clearData(this);
  }

  private async _look(kit: KitView): Promise<void> {
    const folders = kit.layers
      .filter(layer => layer.can_list)
      .sort((a, b) => rankOf(a) - rankOf(b))
      .map(layer => ({ key: layer.key, path: '' }));
    this.isLooking = true;
    this.isPartial = false;
    this.error = null;
    this._changed.emit();
    for (let asked = 0; folders.length && !this.isDisposed && kit === this._looked; asked++) {
      if (asked === FOLDERS || this.places.length >= NOTEBOOKS) {
        this.isPartial = true;
        break;
      }
      folders.push(...(await this._lookInto(folders.shift()!)));
      this._changed.emit();
    }
    this.isLooking = false;
    this._changed.emit();
  }

  /** Its folders; its notebooks are noted. */
  private async _lookInto({ key, path }: IFilePlace): Promise<IFilePlace[]> {
    try {
      const page = await this._of.model.files(this._of, key, path);
      this.isPartial ||= page.next !== '';
      for (const file of page.items.filter(each => !each.is_dir && isNotebook(each.path))) {
        const place = { key, path: file.path };
        if (!this.places.some(each => each.key === key && each.path === file.path)) {
          this.places.push(place);
        }
        if (!this.shown) {
          this.show(place);
        }
      }
      return page.items.filter(each => each.is_dir).map(each => ({ key, path: each.path }));
    } catch (reason) {
      this.error = KitError.from(reason);
      return [];
    }
  }

  private _changed = new Signal<this, void>(this);
  private _looked: KitView | null = null;
}

function rankOf({ section }: LayerRow): number {
  const rank = LIKELY.indexOf(section);
  return rank < 0 ? LIKELY.length : rank;
}
