import type { Event } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';
import { Poll } from '@lumino/polling';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import type { KitClient } from '../client';
import type { Job, JobList, JobRequest } from '../wire';

/** The schema of the events that the server's bus carries for us. */
export const JOB_EVENT = 'https://kitops-jupyter.dev/events/job';

const IDLE_MS = 10_000;
const RUNNING_MS = 1_500;

/** One job that is new, made progress, or ended. */
export interface IJobChange {
  job: Job;
  /** What it was before; nothing for a job that this page had not seen. */
  was: Job['state'] | null;
}

/** What ends a job of this page, and does it again. */
interface IOwnJob {
  cancel: () => void;
  again: () => Job;
}

interface INudge {
  epoch?: unknown;
  job?: { id?: unknown; state?: unknown; done_bytes?: unknown; total_bytes?: unknown };
}

export const isGoing = (job: Job): boolean => job.state === 'running' || job.state === 'waiting';

/**
 * The server's jobs. `GET jobs` is the truth, an event of the server's bus is a nudge, a slow poll the fallback. Beside
 * them are those that this page runs in a kernel, which are forgotten with the page.
 */
export class Jobs implements IDisposable {
  constructor(
    private readonly _client: KitClient,
    events: Event.IManager | null,
    standby: Poll.Standby | (() => boolean | Poll.Standby) = 'when-hidden'
  ) {
    this._poll = new Poll({
      auto: false,
      factory: () => this._ask(),
      frequency: { interval: IDLE_MS, backoff: true, max: 60_000 },
      name: 'kitops-jupyter:jobs',
      standby
    });
    this._stream = events?.stream ?? null;
    this._stream?.connect(this._onEvent, this);
  }

  /** The newest first. */
  get all(): readonly Job[] {
    return this._all;
  }

  get going(): readonly Job[] {
    return this._all.filter(isGoing);
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Emitted for a job that moved on, never for what a page found when it was opened. */
  get moved(): ISignal<this, IJobChange> {
    return this._moved;
  }

  get isDisposed(): boolean {
    return this._poll.isDisposed;
  }

  find(id: string): Job | undefined {
    return this._all.find(job => job.id === id);
  }

  /** Begin to poll, or stop: without a server extension there is nobody to ask. */
  set active(active: boolean) {
    void (active ? this._poll.refresh() : this._poll.stop());
  }

  async refresh(): Promise<void> {
    await this._poll.refresh();
    await this._poll.tick.catch(() => undefined);
  }

  async start(request: JobRequest): Promise<Job> {
    const job = await this._client.ask('start_job', request);
    this._put(job);
    void this._poll.refresh();
    return job;
  }

  /** Show a job of this page, with what ends it, or how far it is. */
  show(job: Job, own?: IOwnJob): void {
    if (own) {
      this._own.set(job.id, own);
    }
    if (this._own.has(job.id)) {
      this._put(job);
    }
  }

  async retry(id: string): Promise<Job> {
    const own = this._own.get(id);
    if (own) {
      return own.again();
    }
    const job = await this._client.ask('retry_job', { id });
    this._put(job);
    void this._poll.refresh();
    return job;
  }

  /** Cancel it, or forget it when it ended. */
  async end(id: string): Promise<void> {
    const own = this._own.get(id);
    if (own) {
      if (this.going.some(job => job.id === id)) {
        own.cancel();
      } else {
        this._drop([id]);
      }
      return;
    }
    await this._client.ask('end_job', { id });
    this._epoch = '';
    await this.refresh();
  }

  /** Forget all that ended. */
  async forget(): Promise<void> {
    const ended = this._all.filter(job => !isGoing(job)).map(({ id }) => id);
    const others = ended.filter(id => !this._own.has(id));
    this._drop(ended.filter(id => this._own.has(id)));
    await Promise.allSettled(others.map(id => this._client.ask('end_job', { id })));
    this._epoch = '';
    await this.refresh();
  }

  dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this._stream?.disconnect(this._onEvent, this);
    this._poll.dispose();
    Signal.clearData(this);
  }

  /** While something runs, only what changed; else all, so that what another page forgot goes here, too. */
  private async _ask(): Promise<void> {
    const since = this.going.length ? this._seq : 0;
    const list = await this._client.ask('jobs', { since, epoch: this._epoch });
    if (!this.isDisposed) {
      this._take(list, since === 0 || list.epoch !== this._epoch);
    }
  }

  private _take(list: JobList, isWhole: boolean): void {
    const before = new Map(this._all.map(job => [job.id, job]));
    const isFirst = this._epoch === '' && before.size === 0;
    const after = new Map([...before].filter(([id]) => !isWhole || this._own.has(id)));
    for (const job of list.jobs) {
      after.set(job.id, job);
    }
    this._epoch = list.epoch;
    this._seq = list.seq;
    this._sort([...after.values()]);
    const changes = list.jobs.filter(
      job => job.seq !== before.get(job.id)?.seq || job.state !== before.get(job.id)?.state
    );
    if (!isFirst) {
      changes.forEach(job => this._moved.emit({ job, was: before.get(job.id)?.state ?? null }));
    }
    this._poll.frequency = { ...this._poll.frequency, interval: this.going.length ? RUNNING_MS : IDLE_MS };
    if (changes.length || after.size !== before.size || isFirst) {
      this._changed.emit();
    }
  }

  private _drop(ids: readonly string[]): void {
    ids.forEach(id => this._own.delete(id));
    this._all = this._all.filter(({ id }) => !ids.includes(id));
    this._changed.emit();
  }

  private _put(job: Job): void {
    const was = this.find(job.id)?.state ?? null;
    this._sort([...this._all.filter(each => each.id !== job.id), job]);
    this._moved.emit({ job, was });
    this._changed.emit();
  }

  private _sort(jobs: Job[]): void {
    this._all = jobs.sort((a, b) => b.started.localeCompare(a.started) || b.id.localeCompare(a.id));
  }

  /** Bytes are taken from the event as they are; for everything else the server is asked. */
  private _onEvent(_: unknown, emission: Event.Emission): void {
    if (emission.schema_id !== JOB_EVENT) {
      return;
    }
    const nudge = emission as unknown as INudge;
    const job = this.find(String(nudge.job?.id ?? ''));
    if (!job || nudge.epoch !== this._epoch || nudge.job?.state !== job.state) {
      void this._poll.refresh();
      return;
    }
    const { done_bytes: done, total_bytes: total } = nudge.job;
    if (typeof done === 'number' && done >= job.done_bytes) {
      const next = { ...job, done_bytes: done, total_bytes: typeof total === 'number' ? total : job.total_bytes };
      this._all = this._all.map(each => (each === job ? next : each));
      this._moved.emit({ job: next, was: job.state });
      this._changed.emit();
    }
  }

  private _all: readonly Job[] = [];
  private _changed = new Signal<this, void>(this);
  private _epoch = '';
  private _moved = new Signal<this, IJobChange>(this);
  private readonly _own = new Map<string, IOwnJob>();
  private readonly _poll: Poll;
  private _seq = 0;
  private readonly _stream: Event.Stream | null;
}
