// The state behind every view: what the server has, where it can look, and what it is doing.

import type { ServiceManager } from '@jupyterlab/services';
import { Poll } from '@lumino/polling';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import { KitClient, KitError, NO_EXTENSION } from '../client';
import type {
  Done,
  Freed,
  Job,
  JobRequest,
  LocalList,
  Login,
  Page,
  RegistryEntry,
  RegistryRow,
  Removed,
  Status
} from '../wire';
import { isGoing, Jobs } from './jobs';
import { Pages } from './pages';
import { repositoryOf } from './references';
import { Questions } from './questions';
import { Searches } from './search';
import { Snapshots } from './snapshots';
import { Summaries } from './summaries';
import type { IKitModel, INamedKit, IPreferences, ServerState } from './types';

export { isGoing, Jobs } from './jobs';
export type { IJobChange } from './jobs';
export { Pages } from './pages';
export { repositoryOf } from './references';
export { SEARCHED } from './search';
export type { TagSearch } from './search';
export { hasChanged } from './snapshots';
export type { Snapshots } from './snapshots';
export { Summaries } from './summaries';
export type { IFilePlace, IKitModel, IKitSource, INamedKit, Sort, TagOrder } from './types';

const STORE_MS = 30_000;

interface IKitModelOptions {
  services: Pick<ServiceManager.IManager, 'events' | 'serverSettings'>;
  /** When the polls rest. */
  standby?: Poll.Standby | (() => boolean | Poll.Standby);
}

export class KitModel extends Questions implements IKitModel {
  constructor({ services, standby = 'when-hidden' }: IKitModelOptions) {
    super(new KitClient(services.serverSettings));
    this.jobs = new Jobs(this._client, services.events ?? null, standby);
    this.summaries = new Summaries((references, signal) => this._client.ask('summaries', { references }, signal));
    this.searches.changed.connect(() => this._changed.emit());
    this.snapshots = new Snapshots(path => this._client.ask('snapshot', { path }));
    this._poll = new Poll({
      auto: false,
      factory: () => this._ask(),
      frequency: { interval: STORE_MS, backoff: true, max: 120_000 },
      name: 'kitops-jupyter:store',
      standby
    });
    this.jobs.moved.connect(this._onJob, this);
  }

  readonly jobs: Jobs;
  readonly searches = new Searches((registry, text, after, limit, signal) =>
    this._client.ask('search', { registry, text, after, limit }, signal)
  );
  readonly snapshots: Snapshots;
  readonly summaries: Summaries;

  preferences: IPreferences = { notifications: true, confirm: true, recordEnvironment: true, defaultRepository: '' };

  get server(): ServerState {
    return this._server;
  }

  /** Why the server could not be asked. */
  get error(): KitError | null {
    return this._error;
  }

  get status(): Status | null {
    return this._status;
  }

  get registries(): readonly RegistryRow[] {
    return this._status?.registries ?? [];
  }

  get local(): LocalList | null {
    return this._local;
  }

  /** Why the local store could not be read. */
  get localError(): KitError | null {
    return this._localError;
  }

  /** Anything but jobs and pages changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._poll.isDisposed;
  }

  /** The repositories of a registry, as far as they were looked at. */
  repositories(registry: string): Pages {
    return this._pages(`catalog ${registry}`, (after, signal) =>
      this._client.ask('repositories', { registry, after }, signal)
    );
  }

  /** The tags of a repository of a registry, as far as they were looked at. */
  tags(repository: string): Pages {
    return this._pages(`tags ${repository}`, (after, signal) =>
      this._client.ask('tags', { repository, after }, signal)
    );
  }

  /** Ask the server for all of it again. */
  async refresh(): Promise<void> {
    this.summaries.forget();
    this._listed.forEach(pages => pages.state !== 'new' && void pages.restart());
    await this._poll.refresh();
    await this._poll.tick.catch(() => undefined);
  }

  /** Ask a registry again, and no other. */
  refreshRegistry(registry: string): void {
    this.summaries.forget(reference => reference.startsWith(`${registry}/`));
    for (const [name, pages] of this._listed) {
      if (name === `catalog ${registry}` || name.startsWith(`tags ${registry}/`)) {
        void pages.restart();
      }
    }
  }

  /** Ask short lists again: what a cell or a colleague pushed appears. */
  async look(registries: Iterable<string>, repositories: Iterable<string>): Promise<void> {
    const names = [
      ...[...registries].map(registry => `catalog ${registry}`),
      ...[...repositories].map(repository => `tags ${repository}`)
    ];
    await Promise.all(names.map(name => this._listed.get(name)?.look(true)));
  }

  async tag(source: string, target: string): Promise<void> {
    await this._client.ask('tag', { source, target });
    void this._moved([source, target]);
  }

  async promote(reference: string, to: string, isUndo: boolean): Promise<Done> {
    const done = await this._client.ask('promote', { reference, to, undo: isUndo });
    void this._moved([reference]);
    return done;
  }

  async remove(kits: readonly INamedKit[], isForced: boolean): Promise<Removed> {
    const removed = await this._remove(kits, isForced, false);
    void this._moved([...kits.map(({ reference }) => reference), ...removed.references]);
    return removed;
  }

  async cleanUp(untagged: string, isCache: boolean): Promise<Freed> {
    const freed = await this._client.ask('clean_up', { untagged, cache: isCache });
    void this._moved([]);
    return freed;
  }

  startJob(request: JobRequest): Promise<Job> {
    return this.jobs.start(request);
  }

  async login(form: Login): Promise<RegistryRow> {
    const row = await this._client.ask('login', form);
    await this._signed(form.registry);
    return row;
  }

  async logout(registry: string): Promise<void> {
    await this._client.ask('logout', { registry });
    await this._signed(registry);
  }

  async addRegistry(entry: RegistryEntry): Promise<RegistryRow> {
    const row = await this._client.ask('add_registry', entry);
    await this._signed(entry.name);
    return row;
  }

  async removeRegistry(name: string): Promise<void> {
    await this._client.ask('remove_registry', { name });
    await this.refreshStatus();
  }

  async refreshStatus(): Promise<void> {
    try {
      this._status = await this._client.ask('status', {});
      this._enter('ready', null);
    } catch (reason) {
      const error = KitError.from(reason);
      this._enter(error.code === NO_EXTENSION ? 'missing' : 'failed', error);
      throw error;
    }
  }

  dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this._poll.dispose();
    this.jobs.dispose();
    this.summaries.dispose();
    Signal.clearData(this);
  }

  private async _ask(): Promise<void> {
    const before = this._server;
    await this.refreshStatus();
    if (this.isDisposed) {
      return;
    }
    if (before !== 'ready') {
      this.jobs.active = true;
    }
    try {
      const local = await this._client.ask('local', {});
      const isSame = local.stamp !== '' && local.stamp === this._local?.stamp && this._localError === null;
      this._local = isSame ? this._local : local;
      this._localError = null;
    } catch (reason) {
      this._localError = KitError.from(reason);
    }
    this._changed.emit();
  }

  private _enter(server: ServerState, error: KitError | null): void {
    this._server = server;
    this._error = error;
    if (server === 'missing') {
      this.jobs.active = false;
    }
    if (!this.isDisposed) {
      this._changed.emit();
    }
  }

  private async _signed(registry: string): Promise<void> {
    await this.refreshStatus();
    this.refreshRegistry(registry);
  }

  /** Ask again for what a job or a verb changed: the store, and the tags of these kits. */
  private async _moved(references: readonly string[]): Promise<void> {
    const repositories = new Set(references.map(repositoryOf));
    // Kits of one repository share layers: what is here of one changed for the others, too.
    this.summaries.forget(reference => repositories.has(repositoryOf(reference)));
    for (const repository of repositories) {
      void this._listed.get(`tags ${repository}`)?.look();
    }
    for (const { name } of this.registries) {
      if ([...repositories].some(repository => repository.startsWith(`${name}/`))) {
        void this._listed.get(`catalog ${name}`)?.look();
      }
    }
    await this._poll.refresh();
  }

  private _onJob(_: unknown, { job, was }: { job: Job; was: Job['state'] | null }): void {
    if (!isGoing(job) && was !== job.state) {
      void this._moved([job.reference, job.destination].filter(Boolean));
    }
  }

  private _pages(name: string, ask: (after: string, signal: AbortSignal) => Promise<Page>): Pages {
    let pages = this._listed.get(name);
    if (!pages) {
      pages = new Pages(ask);
      pages.changed.connect(() => this._changed.emit());
      this._listed.set(name, pages);
    }
    return pages;
  }

  private _changed = new Signal<this, void>(this);
  private _error: KitError | null = null;
  private readonly _listed = new Map<string, Pages>();
  private _local: LocalList | null = null;
  private _localError: KitError | null = null;
  private readonly _poll: Poll;
  private _server: ServerState = 'asking';
  private _status: Status | null = null;
}
