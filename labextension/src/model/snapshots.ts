import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import type { Snapshot } from '../wire';

/** What the server knows of notebooks' last packs, whoever packed them: a cell, a terminal, or the panel. */
export class Snapshots {
  constructor(private readonly _ask: (path: string) => Promise<Snapshot>) {}

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The last answer for a notebook; its path is below the server's root. None where it could not be asked. */
  last(path: string): Snapshot | undefined {
    return this._last.get(path);
  }

  /** Ask again; of several questions at once the last one counts. */
  async look(path: string): Promise<void> {
    const turn = ++this._turn;
    this._turns.set(path, turn);
    const said = await this._ask(path).catch(() => undefined);
    if (this._turns.get(path) !== turn) {
      return;
    }
    if (JSON.stringify(said) !== JSON.stringify(this._last.get(path))) {
      if (said) {
        this._last.set(path, said);
      } else {
        this._last.delete(path);
      }
      this._changed.emit();
    }
  }

  private _changed = new Signal<this, void>(this);
  private readonly _last = new Map<string, Snapshot>();
  private _turn = 0;
  private readonly _turns = new Map<string, number>();
}

/** Whether a notebook that was packed is another one now, as far as is known; a run alone makes it none. */
export const hasChanged = (last: Snapshot | undefined, isDirty: boolean): boolean =>
  last !== undefined && last.state !== 'unknown' && (isDirty || ['changed', 'saved'].includes(last.state));
