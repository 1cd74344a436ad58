import type { IEditorLanguageRegistry } from '@jupyterlab/codemirror';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';

import type { LineData } from '../../lines';
import type { IKitModel } from '../../model';

/** What the tab and the dialogs can do to the world around them. */
export interface IActions {
  model: IKitModel;
  trans: TranslationBundle;
  /** A line as it is typed in the notebook at hand; empty when it cannot be. */
  write: (line: LineData) => string;
  /** Emitted when another notebook is at hand. */
  moved: ISignal<unknown, unknown> | null;
  /** Put it on the clipboard. */
  copy: (text: string) => void;
  /** Put a line into a new cell of the notebook at hand; null when nothing here can. */
  insert: ((line: LineData) => void) | null;
  /** Let a folder be chosen, beginning at this one; null when nothing here can. */
  chooseFolder: ((from: string) => Promise<string | null>) | null;
  /** The kits that a tab or a dialog is about; absent for one that is about none. */
  about?: readonly string[];
  /** JupyterLab's languages, to colour code with; absent where nothing here has them. */
  languages?: Pick<IEditorLanguageRegistry, 'findByFileName' | 'highlight'> | null;
  run: (command: string, args: ReadonlyPartialJSONObject) => Promise<unknown>;
}
