import { showErrorMessage } from '@jupyterlab/apputils';
import type { Message } from '@lumino/messaging';
import { Panel } from '@lumino/widgets';

import type { IPanelOptions } from '../components/panel/types';
import { kitIcon } from '../icons';

/** The panel's place beside the work. What is in it is fetched when it is first seen, not with JupyterLab itself. */
export class Side extends Panel {
  constructor(private readonly _options: IPanelOptions) {
    super();
    this.id = 'kitops-panel';
    this.addClass('kitops-Side');
    this.title.icon = kitIcon;
    this.title.caption = _options.trans.__('ModelKits');
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    if (this.isVisible) {
      void this._fill();
    }
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    void this._fill();
  }

  /** Whoever asks for the panel by a key goes on by keys. */
  protected override onActivateRequest(): void {
    void this._fill().then(() => this.widgets.forEach(each => each.activate()));
  }

  private _fill(): Promise<void> {
    return (this._filled ??= this._fetch());
  }

  private async _fetch(): Promise<void> {
    try {
      const { KitPanel } = await import(/* webpackChunkName: "panel" */ '../components/panel');
      if (!this.isDisposed) {
        this.addWidget(new KitPanel(this._options));
      }
    } catch (reason) {
      this._filled = null;
      await showErrorMessage(this._options.trans.__('ModelKits'), reason as Error);
    }
  }

  private _filled: Promise<void> | null = null;
}
