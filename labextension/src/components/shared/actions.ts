import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import type { IKitModel } from '../../model';

/** What the tab and the dialogs can do to the world around them. */
export interface IActions {
  model: IKitModel;
  trans: TranslationBundle;
  /** Put it on the clipboard. */
  copy: (text: string) => void;
  /** Put a line into a new cell of the notebook at hand; null when nothing here can. */
  insert: ((line: string) => void) | null;
  /** Let a folder be chosen, beginning at this one; null when nothing here can. */
  chooseFolder: ((from: string) => Promise<string | null>) | null;
  run: (command: string, args: ReadonlyPartialJSONObject) => Promise<unknown>;
}
