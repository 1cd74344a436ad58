import type { ICheckPack, KitClient } from '../client';
import type {
  DiffView,
  FilePage,
  HistoryRow,
  KitView,
  NotebookView,
  PackCheck,
  PullCheck,
  Removed,
  Validated
} from '../wire';
import type { IRemoval } from './types';

/** What is asked of the server and not kept here. */
export class Questions {
  constructor(protected readonly _client: KitClient) {}

  kit(reference: string, isRemote: boolean, signal: AbortSignal): Promise<KitView> {
    return this._client.kit(reference, isRemote, signal);
  }

  files(reference: string, key: string, folder: string, after?: string): Promise<FilePage> {
    return this._client.files(reference, key, folder, after);
  }

  notebook(reference: string, key: string, path: string, signal: AbortSignal): Promise<NotebookView> {
    return this._client.notebook(reference, key, path, signal);
  }

  diff(a: string, b: string, signal: AbortSignal): Promise<DiffView> {
    return this._client.diff(a, b, signal);
  }

  history(repository: string, signal: AbortSignal): Promise<HistoryRow[]> {
    return this._client.history(repository, signal);
  }

  async firstTags(repository: string, limit: number, signal: AbortSignal): Promise<string[]> {
    return (await this._client.tags(repository, '', limit, signal)).items;
  }

  validate(text: string): Promise<Validated> {
    return this._client.validate(text);
  }

  checkPull(
    reference: string,
    filters: readonly string[],
    directory: string | null,
    includesRemote: boolean
  ): Promise<PullCheck> {
    return this._client.checkPull(reference, filters, directory, includesRemote);
  }

  checkPack(asked: ICheckPack): Promise<PackCheck> {
    return this._client.checkPack(asked);
  }

  checkRemove(reference: string, removal: IRemoval): Promise<Removed> {
    return this._client.remove([reference], { ...removal, dry_run: true });
  }

  limitTransfers(atOnce: number): Promise<void> {
    return this._client.limit(atOnce);
  }
}
