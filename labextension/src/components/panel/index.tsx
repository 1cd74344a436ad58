import { ReactWidget } from '@jupyterlab/ui-components';
import type { JSX } from 'react';

import { Panel } from './panel';
import type { IPanelOptions } from './types';

/** What is in the side panel. */
export class KitPanel extends ReactWidget {
  constructor(private readonly _options: IPanelOptions) {
    super();
    this.addClass('kitops-Panel');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', _options.trans.__('ModelKits'));
  }

  /** Whoever asks for the panel by a key goes on by keys: from the row that they were at. */
  protected override onActivateRequest(): void {
    this.node.querySelector<HTMLElement>('[role=treeitem][tabindex="0"]')?.focus();
  }

  protected override render(): JSX.Element {
    return <Panel {...this._options} isShown={this._isShown} />;
  }

  private readonly _isShown = (): boolean => this.isVisible;
}
