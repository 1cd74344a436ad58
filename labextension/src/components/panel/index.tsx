import type { INotebookTracker } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { JSX } from 'react';

import { kitIcon } from '../../icons';
import type { KitModel } from '../../model';
import type { Memory } from '../../model/memory';
import { Panel } from './panel';

/** Run one of the commands of `tokens.ts`. */
export type Run = (command: string, args?: ReadonlyPartialJSONObject) => void;

export interface IPanelOptions {
  model: KitModel;
  /** What is unfolded, and which repositories were named. */
  memory: Memory;
  trans: TranslationBundle;
  run: Run;
  notebooks: INotebookTracker | null;
}

/** The side panel. */
export class KitPanel extends ReactWidget {
  constructor(private readonly _options: IPanelOptions) {
    super();
    this.id = 'kitops-panel';
    this.addClass('kitops-Panel');
    this.title.icon = kitIcon;
    this.title.caption = _options.trans.__('ModelKits');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', _options.trans.__('ModelKits'));
  }

  protected override render(): JSX.Element {
    return <Panel {...this._options} />;
  }
}
