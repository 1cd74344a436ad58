import type { TranslationBundle } from '@jupyterlab/translation';

import { size } from './format';
import type { Job } from './wire';

/** What a job was, once it is done. */
export function doneWord({ kind }: Pick<Job, 'kind'>, trans: TranslationBundle): string {
  const words: { [kind: string]: string } = {
    pull: trans.__('pulled'),
    unpack: trans.__('unpacked'),
    push: trans.__('pushed'),
    pack: trans.__('packed'),
    copy: trans.__('copied'),
    index: trans.__('indexed')
  };
  return words[kind] ?? trans.__('done');
}

/** How long it still takes at this speed; empty when that is not known, or is no time. */
export function leftOf({ done_bytes, total_bytes, bytes_per_s }: Job, trans: TranslationBundle): string {
  if (total_bytes === null || !(bytes_per_s > 0) || done_bytes >= total_bytes) {
    return '';
  }
  const seconds = Math.ceil((total_bytes - done_bytes) / bytes_per_s);
  if (seconds < 60) {
    return trans.__('%1 s left', seconds);
  }
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? trans.__('%1 min left', minutes) : trans.__('%1 h left', Math.round(minutes / 60));
}

/** What a transfer that is done has done: what moved, what was packed, or which files are there now. */
export function outcomeOf({ done_bytes, kind, result }: Job, trans: TranslationBundle): string {
  const { directory = '', files = 0, size_bytes = 0, here_bytes = 0, moved_bytes = done_bytes } = result ?? {};
  if (kind === 'pack' || kind === 'unpack' || (kind === 'pull' && (directory || files > 0))) {
    return filesOf(files, size_bytes, trans);
  }
  if (kind === 'index') {
    return files
      ? trans._n('%1 file can be read alone', '%1 files can be read alone', files)
      : trans.__('nothing to index');
  }
  const words: { [kind: string]: string[] } = {
    pull: [trans.__('%1 downloaded', size(moved_bytes)), trans.__('%1 already here', size(here_bytes))],
    push: [trans.__('%1 uploaded', size(moved_bytes)), trans.__('%1 already there', size(here_bytes))],
    copy: [trans.__('%1 copied', size(moved_bytes)), trans.__('%1 already there', size(here_bytes))]
  };
  return words[kind].slice(0, here_bytes > 0 ? 2 : 1).join(', ');
}

/** Files and what they have together: the one size of what is selected, written and packed. */
export function filesOf(files: number, bytes: number, trans: TranslationBundle): string {
  return trans.__('%1, %2', trans._n('%1 file', '%1 files', files), size(bytes));
}

/** The folder that has files of it now, from the server's root; null for a transfer that writes none. */
export function folderOf({ kind, result, state }: Job): string | null {
  const writes =
    kind === 'unpack' || (kind === 'pull' && result !== null && (result.directory !== '' || result.files > 0));
  return state === 'done' && result && writes ? result.directory : null;
}

/** The kits that a job is about: what it reads, and what it writes under another name. */
export function kitsOf({ destination, kind, reference }: Job): string[] {
  return kind === 'push' && destination ? [destination] : [reference, destination].filter(Boolean);
}
