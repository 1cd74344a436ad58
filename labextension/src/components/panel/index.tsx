import type { INotebookTracker } from '@jupyterlab/notebook';
import type { IStateDB } from '@jupyterlab/statedb';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import type { JSX } from 'react';

import { kitIcon } from '../../icons';
import type { KitModel } from '../../model';
import { Panel } from './panel';

export interface IPanelOptions {
  model: KitModel;
  trans: TranslationBundle;
  commands: CommandRegistry;
  notebooks: INotebookTracker | null;
  state: IStateDB | null;
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
