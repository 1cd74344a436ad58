import type { KitClient } from '../client';
import { KitError } from '../client';
import type {
  CheckPack,
  Compare,
  CompareFile,
  ComparePage,
  Comparing,
  DiffFile,
  DiffView,
  DiskUse,
  FilePage,
  FilePreview,
  FoundFiles,
  HistoryRow,
  KitSeries,
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
import type { IFilePlace, IKitSource, INamedKit, Sort } from './types';

/** What is asked of the server and not kept here. */
export class Questions {
  constructor(protected readonly _client: KitClient) {}

  kit(reference: string, isRemote: boolean, signal: AbortSignal): Promise<KitView> {
    return this._client.ask('kit', { reference, remote: isRemote }, signal);
  }

  files(kit: IKitSource, key: string, folder: string, after?: string, sort?: Sort): Promise<FilePage> {
    return this._client.ask('files', { reference: kit.reference, remote: kit.isRemote, key, folder, after, sort });
  }

  findFiles(kit: IKitSource, text: string, sort: Sort, start: number, signal: AbortSignal): Promise<FoundFiles> {
    const { reference, isRemote } = kit;
    return this._client.ask('find_files', { reference, remote: isRemote, text, sort, start }, signal);
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

  diff(asked: Compare, signal: AbortSignal): Promise<DiffView> {
    return this._client.ask('diff', asked, signal);
  }

  diffFile(asked: CompareFile, signal: AbortSignal): Promise<DiffFile> {
    return this._client.ask('diff_file', asked, signal);
  }

  diffRead(id: string): Promise<Comparing> {
    return this._client.ask('diff_read', { id });
  }

  compareTags(repository: string, after: string, signal: AbortSignal): Promise<ComparePage> {
    return this._client.ask('compare_tags', { repository, after }, signal);
  }

  compareSeries(repository: string, digests: readonly string[], signal: AbortSignal): Promise<KitSeries[]> {
    return this._client.ask('compare_series', { repository, digests: digests.join(',') }, signal);
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

  checkRemove(kits: readonly INamedKit[], isForced: boolean): Promise<Removed> {
    return this._remove(kits, isForced, true);
  }

  diskUse(signal: AbortSignal): Promise<DiskUse> {
    return this._client.ask('disk_use', {}, signal);
  }

  /** Those of the local store first; a registry that fails is in the answer, unless it is all that was asked. */
  protected async _remove(kits: readonly INamedKit[], force: boolean, dry_run: boolean): Promise<Removed> {
    const whole: Removed = { freed_bytes: 0, references: [], text: '', failed: [] };
    const isOne = new Set(kits.map(({ isRemote }) => isRemote)).size === 1;
    for (const remote of [false, true]) {
      const references = kits.filter(({ isRemote }) => isRemote === remote).map(({ reference }) => reference);
      if (!references.length) {
        continue;
      }
      try {
        const { freed_bytes, text, ...more } = await this._client.ask('remove', { references, remote, force, dry_run });
        whole.freed_bytes += freed_bytes;
        whole.text = [whole.text, text].filter(Boolean).join('\n');
        whole.references.push(...more.references);
        whole.failed.push(...more.failed);
      } catch (reason) {
        if (isOne) {
          throw reason;
        }
        const { code, message, hint, details } = KitError.from(reason);
        const error = { code, message, hint, details: [...details] };
        whole.failed.push(...references.map(reference => ({ reference, error })));
      }
    }
    return whole;
  }

  limitTransfers(atOnce: number): Promise<void> {
    return this._client.ask('limit', { transfers_at_once: atOnce });
  }
}
