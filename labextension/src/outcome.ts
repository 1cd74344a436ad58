import type { TranslationBundle } from '@jupyterlab/translation';

import { size } from './format';
import type { Job } from './wire';

/** What a transfer that is done has done: what moved, what was packed, or which files are there now. */
export function outcomeOf({ done_bytes, kind, result }: Job, trans: TranslationBundle): string {
  const { directory = '', files = 0, here_bytes: here = 0, moved_bytes: moved = done_bytes } = result ?? {};
  if (kind === 'pack') {
    return trans.__('%1 packed', size(moved));
  }
  if (kind === 'pull' && (directory || files > 0)) {
    return trans.__('%1, %2', trans._n('%1 file', '%1 files', files), size(moved));
  }
  return here > 0 ? trans.__('%1 moved, %2 were there', size(moved), size(here)) : trans.__('%1 moved', size(moved));
}
