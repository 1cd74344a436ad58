import type { KitClient } from '../client';
import type {
  CheckPack,
  DiffView,
  FilePage,
  FilePreview,
  HistoryRow,
  KitView,
  NotebookView,
  PackCheck,
  PromotionPlan,
  PullCheck,
  RegistryCheck,
  RegistryEntry,
  Removed,
  Validated
} from '../wire';
import type { IFilePlace, IKitSource, IRemoval } from './types';

/** What is asked of the server and not kept here. */
export class Questions {
  constructor(protected readonly _client: KitClient) {}

  kit(reference: string, isRemote: boolean, signal: AbortSignal): Promise<KitView> {
    return this._client.ask('kit', { reference, remote: isRemote }, signal);
  }

  files({ reference, isRemote }: IKitSource, key: string, folder: string, after?: string): Promise<FilePage> {
    return this._client.ask('files', { reference, remote: isRemote, key, folder, after });
  }

  notebook({ reference, isRemote }: IKitSource, place: IFilePlace, signal: AbortSignal): Promise<NotebookView> {
    return this._client.ask('notebook', { reference, remote: isRemote, ...place }, signal);
  }

  preview({ reference, isRemote }: IKitSource, place: IFilePlace, signal: AbortSignal): Promise<FilePreview> {
    return this._client.ask('preview', { reference, remote: isRemote, ...place }, signal);
  }

  readme({ reference, isRemote }: IKitSource, signal: AbortSignal): Promise<FilePreview> {
    return this._client.ask('readme', { reference, remote: isRemote }, signal);
  }

  diff(a: string, b: string, isOldestFirst: boolean, signal: AbortSignal): Promise<DiffView> {
    return this._client.ask('diff', { a, b, oldest_first: isOldestFirst }, signal);
  }

  history(repository: string, signal: AbortSignal): Promise<HistoryRow[]> {
    return this._client.ask('history', { repository }, signal);
  }

  planPromotion(reference: string, to: string, isUndo: boolean, signal: AbortSignal): Promise<PromotionPlan> {
    return this._client.ask('plan_promotion', { reference, to, undo: isUndo }, signal);
  }

  async firstTags(repository: string, limit: number, signal: AbortSignal): Promise<string[]> {
    return (await this._client.ask('tags', { repository, limit }, signal)).items;
  }

  validate(text: string): Promise<Validated> {
    return this._client.ask('validate', { text });
  }

  checkPull(
    reference: string,
    filters: readonly string[],
    directory: string | null,
    includesRemote: boolean,
    isRemote: boolean,
    signal: AbortSignal
  ): Promise<PullCheck> {
    const asked = { reference, filters, directory, include_remote: includesRemote, remote: isRemote };
    return this._client.ask('check_pull', asked, signal);
  }

  checkRegistry(entry: RegistryEntry): Promise<RegistryCheck> {
    return this._client.ask('check_registry', entry);
  }

  checkPack(asked: CheckPack): Promise<PackCheck> {
    return this._client.ask('check_pack', asked);
  }

  checkRemove(reference: string, removal: IRemoval): Promise<Removed> {
    return this._client.ask('remove', { references: [reference], ...removal, dry_run: true });
  }

  limitTransfers(atOnce: number): Promise<void> {
    return this._client.ask('limit', { transfers_at_once: atOnce });
  }
}
