import type { NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, ToolbarButtonComponent } from '@jupyterlab/ui-components';
import type { JSX } from 'react';

import { age } from '../format';
import { kitIcon } from '../icons';
import type { Snapshots } from '../model';
import { hasChanged } from '../model';

/** The button of a notebook's toolbar that packs it, with a mark while the notebook is not as it was packed. */
export class SnapshotButton extends ReactWidget {
  constructor(
    private readonly _panel: NotebookPanel,
    private readonly _snapshots: Snapshots,
    private readonly _trans: TranslationBundle,
    private readonly _onClick: () => void
  ) {
    super();
    this.addClass('jp-ToolbarButton');
    this.addClass('kitops-Snapshot');
    const draw = (): void => this.update();
    _snapshots.changed.connect(draw, this);
    _panel.context.model.stateChanged.connect(draw, this);
    _panel.context.pathChanged.connect(draw, this);
  }

  protected override render(): JSX.Element {
    const { context } = this._panel;
    const last = this._snapshots.last(context.localPath);
    const isChanged = hasChanged(last, context.model.dirty);
    this.toggleClass('kitops-mod-changed', isChanged);
    const trans = this._trans;
    const tooltip = trans.__('Snapshot into a ModelKit…');
    const told = isChanged ? trans.__('changed since it was packed, %1', age(last?.packed ?? '')) : '';
    return (
      <ToolbarButtonComponent
        icon={kitIcon}
        tooltip={[tooltip, told].filter(Boolean).join('\n')}
        onClick={this._onClick}
      />
    );
  }
}
