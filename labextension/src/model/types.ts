// What another extension, or a view of ours, can ask of the model.

import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';

import type { KitError } from '../client';
import type {
  CheckPack,
  Compare,
  CompareFile,
  ComparePage,
  Comparing,
  DiffFile,
  DiffView,
  DiskUse,
  Done,
  FilePage,
  Freed,
  FilePreview,
  FoundFiles,
  HistoryRow,
  KitSeries,
  Job,
  JobRequest,
  KitView,
  LocalList,
  Login,
  NotebookView,
  PackCheck,
  PromotionPlan,
  PullCheck,
  RegistryCheck,
  RegistryEntry,
  RegistryRow,
  Removed,
  Status,
  Validated
} from '../wire';
import type { Jobs } from './jobs';
import type { Pages } from './pages';
import type { Searches } from './search';
import type { Snapshots } from './snapshots';
import type { Summaries } from './summaries';

/** The order of files. */
export type Sort = 'name' | 'size';

/** The order of a repository's tags. */
export type TagOrder = 'name' | 'newest' | 'largest';

/** Whether there is a server extension to ask. */
export type ServerState = 'asking' | 'ready' | 'missing' | 'failed';

/** What people chose in the settings. */
export interface IPreferences {
  /** Report in a notification that a transfer began, and how it ended. */
  notifications: boolean;
  /** Ask before removing or moving anything. */
  confirm: boolean;
  /** A snapshot includes the packages of the notebook's environment. */
  recordEnvironment: boolean;
  /** Where a kit without a registry is pushed to. */
  defaultRepository: string;
}

/** A kit to read. */
export interface IKitSource {
  readonly reference: string;
  /** Ask the registry also for what the local store has under this name. */
  readonly isRemote: boolean;
}

/** A file of a kit: the key of its layer, and its path. */
export interface IFilePlace {
  key: string;
  path: string;
}

/** A kit as somebody named it: in its registry, or in the local store. */
export interface INamedKit {
  readonly reference: string;
  readonly isRemote: boolean;
}

/** The kits, registries and jobs that the panel shows. The views know the server through this alone. */
export interface IKitModel extends IDisposable {
  readonly jobs: Jobs;
  readonly searches: Searches;
  readonly snapshots: Snapshots;
  readonly summaries: Summaries;

  preferences: IPreferences;

  readonly server: ServerState;
  /** Why the server could not be asked. */
  readonly error: KitError | null;
  readonly status: Status | null;
  readonly registries: readonly RegistryRow[];
  readonly local: LocalList | null;
  /** Why the local store could not be read. */
  readonly localError: KitError | null;
  /** Emitted when anything but jobs and pages changed. */
  readonly changed: ISignal<IKitModel, void>;

  /** The repositories of a registry, as far as they were read. */
  repositories(registry: string): Pages;
  /** The tags of a repository of a registry, as far as they were read. */
  tags(repository: string): Pages;
  /** Ask the server for all of it again. */
  refresh(): Promise<void>;
  refreshStatus(): Promise<void>;
  /** Ask one registry again. */
  refreshRegistry(registry: string): void;
  /** Ask short lists of repositories and tags again; what they show stays until the answer is there. */
  look(registries: Iterable<string>, repositories: Iterable<string>): Promise<void>;

  kit(reference: string, isRemote: boolean, signal: AbortSignal): Promise<KitView>;
  files(kit: IKitSource, key: string, folder: string, after?: string, sort?: Sort): Promise<FilePage>;
  findFiles(kit: IKitSource, text: string, sort: Sort, start: number, signal: AbortSignal): Promise<FoundFiles>;
  notebook(kit: IKitSource, place: IFilePlace, signal: AbortSignal): Promise<NotebookView>;
  /** A file of a kit to look at, or its start. */
  preview(kit: IKitSource, place: IFilePlace, signal: AbortSignal): Promise<FilePreview>;
  /** The README of a kit; one without a path if none was found. */
  readme(kit: IKitSource, signal: AbortSignal): Promise<FilePreview>;
  diff(asked: Compare, signal: AbortSignal): Promise<DiffView>;
  /** What differs inside one file. */
  diffFile(asked: CompareFile, signal: AbortSignal): Promise<DiffFile>;
  /** How far a comparison is that was asked with this id. */
  diffRead(id: string): Promise<Comparing>;
  /** A page of the tags of a repository, with their metrics and parameters. */
  compareTags(repository: string, after: string, signal: AbortSignal): Promise<ComparePage>;
  /** What was logged with these kits of a repository, at most six. */
  compareSeries(repository: string, digests: readonly string[], signal: AbortSignal): Promise<KitSeries[]>;
  history(repository: string, signal: AbortSignal): Promise<HistoryRow[]>;
  /** The first tags of a repository of a registry, at most `limit`. */
  firstTags(repository: string, limit: number, signal: AbortSignal): Promise<string[]>;
  validate(text: string): Promise<Validated>;

  /** What a pull or an unpacking would move, and which files conflict with it; null pulls into the local store. */
  checkPull(
    reference: string,
    filters: readonly string[],
    directory: string | null,
    includesRemote: boolean,
    isRemote: boolean,
    signal: AbortSignal
  ): Promise<PullCheck>;
  /** What a pack would include. */
  checkPack(asked: CheckPack): Promise<PackCheck>;
  /** Which tags a promotion, or its undo, will move. */
  planPromotion(reference: string, to: string, isUndo: boolean, signal: AbortSignal): Promise<PromotionPlan>;
  /** What a removal would take away, and how many bytes it would free. */
  checkRemove(kits: readonly INamedKit[], isForced: boolean): Promise<Removed>;
  /** What the local store and the cache take, and what of it can go. */
  diskUse(signal: AbortSignal): Promise<DiskUse>;

  startJob(request: JobRequest): Promise<Job>;
  /** Limit how many transfers run at the same time. */
  limitTransfers(atOnce: number): Promise<void>;
  tag(source: string, target: string): Promise<void>;
  promote(reference: string, to: string, isUndo: boolean): Promise<Done>;
  /** Remove kits; forced, with all their tags. One that cannot be removed keeps no other. */
  remove(kits: readonly INamedKit[], isForced: boolean): Promise<Removed>;
  /** Remove the kits without a tag, if they are those of this stamp, and empty the cache. */
  cleanUp(untagged: string, isCache: boolean): Promise<Freed>;

  login(form: Login): Promise<RegistryRow>;
  logout(registry: string): Promise<void>;
  /** Whether a registry answers, and what would help. */
  checkRegistry(entry: RegistryEntry): Promise<RegistryCheck>;
  /** Give a registry a name, or change how it is reached. */
  addRegistry(entry: RegistryEntry): Promise<RegistryRow>;
  removeRegistry(name: string): Promise<void>;
}
