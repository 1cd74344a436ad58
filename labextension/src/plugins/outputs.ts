import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { ISessionContext } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import type { IRenderMime, IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { Kernel } from '@jupyterlab/services';
import { Panel } from '@lumino/widgets';

/** The mark of our outputs that have a widget, and HTML for when the widget is gone. */
const MARK = 'application/vnd.kitops.live+json';
const WIDGET = 'application/vnd.jupyter.widget-view+json';
/** Before the widgets themselves, which are at -10. */
const RANK = -20;

/** Shows what a notebook stored of `%kit browse` and `%kit login` when the kernel that had their widgets is gone. */
export const outputs: JupyterFrontEndPlugin<void> = {
  id: 'kitops-jupyter:outputs',
  description: 'Shows the stored output of %kit where its widget is gone.',
  autoStart: true,
  optional: [INotebookTracker],
  activate: (_: JupyterFrontEnd, notebooks: INotebookTracker | null) => {
    notebooks?.widgetAdded.connect((__, { content: { rendermime }, sessionContext }) => {
      const createRenderer = (): IRenderMime.IRenderer => new LiveOrStored(rendermime, sessionContext);
      rendermime.addFactory({ safe: true, mimeTypes: [MARK], createRenderer }, RANK);
    });
  }
};

/** The widget while its kernel has it, else the HTML beside it: sanitized by JupyterLab, as any. */
class LiveOrStored extends Panel implements IRenderMime.IRenderer {
  constructor(
    private readonly _rendermime: IRenderMimeRegistry,
    private readonly _session: ISessionContext
  ) {
    super();
    for (const each of [_session.kernelChanged, _session.statusChanged, _session.connectionStatusChanged]) {
      each.connect(this._look, this);
    }
  }

  override dispose(): void {
    for (const each of [this._session.kernelChanged, this._session.statusChanged]) {
      each.disconnect(this._look, this);
    }
    this._session.connectionStatusChanged.disconnect(this._look, this);
    super.dispose();
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    this._model = model;
    this._shown = '';
    await this._look();
  }

  private async _look(): Promise<void> {
    const model = this._model;
    const kernel = this._session.session?.kernel ?? null;
    const id = (model?.data[WIDGET] as { model_id?: string } | undefined)?.model_id;
    const isAsked = model?.trusted && id && kernel && this._rendermime.getFactory(WIDGET);
    // The kernel is asked only when this page knows nothing of the widget: while a cell runs it would not answer.
    const isLive = isAsked && (kernel.hasComm(id) || (await this._has(kernel, id)));
    if (model && model === this._model && !this.isDisposed) {
      await this._show(model, isLive ? WIDGET : model.data['text/html'] ? 'text/html' : 'text/plain');
    }
  }

  private async _has(kernel: Kernel.IKernelConnection, id: string): Promise<boolean> {
    if (kernel.status !== 'idle') {
      return false;
    }
    const { content } = await kernel.requestCommInfo({ target_name: 'jupyter.widget' });
    return content.status === 'ok' && id in content.comms;
  }

  private async _show(model: IRenderMime.IMimeModel, mimeType: string): Promise<void> {
    if (mimeType === this._shown) {
      return;
    }
    this._shown = mimeType;
    this.widgets.slice().forEach(each => each.dispose());
    const renderer = this._rendermime.createRenderer(mimeType);
    this.addWidget(renderer);
    await renderer.renderModel(model);
  }

  private _model: IRenderMime.IMimeModel | null = null;
  private _shown = '';
}
