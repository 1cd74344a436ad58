import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Panel, Widget } from '@lumino/widgets';

import type { IBundle, ICell, INotebook } from './cells';
import { fenced, readNotebook } from './cells';
import { harmless, plainText, Reader } from './reader';

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
    this._reader = new Reader(rendermime);
    harmless(this.node);
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
      box.addWidget(plainText('kitops-Cell-count', `[${cell.count ?? ' '}]`));
    }
    const body = new Panel();
    body.addClass('kitops-Cell-body');
    const source = cell.kind === 'code' ? fenced(cell.source, language) : cell.source;
    body.addWidget(
      cell.kind === 'raw' ? plainText('kitops-Cell-raw', cell.source) : this._reader.draw('text/markdown', source)
    );
    cell.outputs.forEach(output => body.addWidget(this._output(output)));
    box.addWidget(body);
    return box;
  }

  private _output({ mimeType, data }: IBundle): Widget {
    const widget = this._reader.draw(mimeType, data);
    widget.addClass('kitops-Cell-output');
    return widget;
  }

  private _drawn = 0;
  private readonly _more: HTMLButtonElement;
  private readonly _notebook: INotebook;
  private readonly _reader: Reader;
}
