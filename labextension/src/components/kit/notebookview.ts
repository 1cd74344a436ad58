import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { RenderMimeRegistry, standardRendererFactories } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Panel, Widget } from '@lumino/widgets';

import { inert } from '../../format';
import type { IBundle, ICell, INotebook } from './cells';
import { fenced, readNotebook } from './cells';
import { strict } from './sanitized';

/** So many cells are drawn at a time. */
const STEP = 50;

/** A notebook to read: nothing in it runs, nothing is trusted, nothing is loaded from elsewhere. */
export class NotebookView extends Panel {
  constructor(
    notebook: { readonly [name: string]: unknown },
    rendermime: IRenderMimeRegistry,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('kitops-Cells');
    this._rendermime = reading(rendermime);
    this.node.addEventListener('click', onClick, true);
    this.node.addEventListener('auxclick', onClick, true); // the middle button opens a link without a click
    this._notebook = readNotebook(notebook);
    this._more = document.createElement('button');
    this._more.className = 'kitops-Button';
    this._more.type = 'button';
    this._more.onclick = () => this._draw();
    this.addWidget(new Widget({ node: this._more }));
    this._draw();
  }

  private _draw(): void {
    const { cells, language } = this._notebook;
    const next = Math.min(cells.length, this._drawn + STEP);
    for (const cell of cells.slice(this._drawn, next)) {
      this.insertWidget(this.widgets.length - 1, this._cell(cell, language));
    }
    this._drawn = next;
    const rest = cells.length - next;
    this._more.hidden = rest === 0;
    this._more.textContent = this._trans._n('Show the last cell', 'Show more of %1 cells', rest);
    if (!cells.length) {
      this._more.hidden = true;
      this.node.append(this._trans.__('This notebook is empty.'));
    }
  }

  private _cell(cell: ICell, language: string): Widget {
    const box = new Panel();
    box.addClass('kitops-Cell');
    box.addClass(`kitops-mod-${cell.kind}`);
    if (cell.kind === 'code') {
      box.addWidget(text('kitops-Cell-count', `[${cell.count ?? ' '}]`));
    }
    const body = new Panel();
    body.addClass('kitops-Cell-body');
    const source = cell.kind === 'code' ? fenced(cell.source, language) : cell.source;
    body.addWidget(
      cell.kind === 'raw' ? text('kitops-Cell-raw', cell.source) : this._rendered('text/markdown', source)
    );
    cell.outputs.forEach(output => body.addWidget(this._output(output)));
    box.addWidget(body);
    return box;
  }

  private _output({ mimeType, data }: IBundle): Widget {
    const widget = this._rendered(mimeType, data);
    widget.addClass('kitops-Cell-output');
    return widget;
  }

  private _rendered(mimeType: string, data: string): Widget {
    if (!this._rendermime.getFactory(mimeType)) {
      return text('kitops-Cell-raw', data.slice(0, 2000));
    }
    const renderer = this._rendermime.createRenderer(mimeType);
    const model = this._rendermime.createModel({ data: { [mimeType]: data }, trusted: false });
    renderer.renderModel(model).catch(reason => {
      renderer.node.textContent = inert(String(reason));
    });
    return renderer;
  }

  private _drawn = 0;
  private readonly _more: HTMLButtonElement;
  private readonly _notebook: INotebook;
  private readonly _rendermime: RenderMimeRegistry;
}

/** JupyterLab's own renderers, whatever other extensions put in their place; no relative address leads anywhere. */
function reading({ sanitizer, latexTypesetter, markdownParser }: IRenderMimeRegistry): RenderMimeRegistry {
  return new RenderMimeRegistry({
    initialFactories: standardRendererFactories,
    sanitizer: strict(sanitizer),
    latexTypesetter: latexTypesetter ?? undefined,
    markdownParser: markdownParser ?? undefined
  });
}

/** A link leads out of the page, to the web, or nowhere: never to another place of this JupyterLab. */
function onClick(event: MouseEvent): void {
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (link && event.button < 2) {
    event.preventDefault();
    event.stopPropagation();
    if (isElsewhere(link)) {
      window.open(link.href, '_blank', 'noopener,noreferrer');
    }
  }
}

/** A whole web address, and not of this server: there, signing out is but an address. */
function isElsewhere(link: HTMLAnchorElement): boolean {
  const isWhole = /^https?:\/\//i.test(link.getAttribute('href') ?? '');
  return isWhole && !!link.host && link.host !== window.location.host;
}

function text(className: string, content: string): Widget {
  const node = document.createElement('pre');
  node.className = className;
  node.textContent = content;
  return new Widget({ node });
}
