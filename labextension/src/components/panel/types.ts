import type { INotebookTracker } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import type { IKitModel } from '../../model';
import type { Memory } from '../../model/memory';

/** Run one of the commands of `tokens.ts`. */
export type Run = (command: string, args?: ReadonlyPartialJSONObject) => void;

export interface IShown {
  /** Whether somebody can see the panel. */
  isShown: () => boolean;
}

export interface IPanelOptions {
  model: IKitModel;
  /** What is unfolded, and which repositories were named. */
  memory: Memory;
  trans: TranslationBundle;
  run: Run;
  notebooks: INotebookTracker | null;
}
