import type { IStateDB } from '@jupyterlab/statedb';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import type { Job, JobRequest } from '../wire';
import type { IJobChange, Jobs } from './jobs';

const PLACE = 'kitops-jupyter:snapshots';
const KEPT = 200;

/** The kit that a notebook was packed into, and when. */
export interface ISnapshot {
  reference: string;
  packed: string;
}

/** Which notebook was packed when, into what: remembered by this person's JupyterLab, not by the server. */
export class Snapshots {
  constructor(
    jobs: Jobs,
    private readonly _state: IStateDB | null
  ) {
    jobs.moved.connect(this._onJob, this);
    void this._restore();
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The last kit of a notebook; its path is below the server's root. */
  last(path: string): ISnapshot | undefined {
    return this._last.get(path);
  }

  /** Pass a job on that was asked for, and remember which notebook it packs. */
  async begun(request: JobRequest, job: Promise<Job>): Promise<Job> {
    const started = await job;
    if (request.kind === 'pack' && request.notebook) {
      this._going.set(started.id, request.notebook);
    }
    return started;
  }

  private _onJob(_: unknown, { job }: IJobChange): void {
    const path = this._going.get(job.id);
    if (path === undefined || job.state === 'running' || job.state === 'waiting') {
      return;
    }
    this._going.delete(job.id);
    if (job.state === 'done') {
      this._last.delete(path);
      this._last.set(path, { reference: job.reference, packed: job.ended });
      const kept = [...this._last].slice(-KEPT);
      this._last = new Map(kept);
      void this._state?.save(PLACE, Object.fromEntries(kept.map(([name, each]) => [name, { ...each }])));
      this._changed.emit();
    }
  }

  private async _restore(): Promise<void> {
    const saved = await this._state?.fetch(PLACE).catch(() => undefined);
    for (const [path, each] of Object.entries(saved ?? {})) {
      const { reference, packed } = (each ?? {}) as Partial<ISnapshot>;
      if (typeof reference === 'string' && typeof packed === 'string' && !this._last.has(path)) {
        this._last.set(path, { reference, packed });
      }
    }
    this._changed.emit();
  }

  private _changed = new Signal<this, void>(this);
  private readonly _going = new Map<string, string>();
  private _last = new Map<string, ISnapshot>();
}
