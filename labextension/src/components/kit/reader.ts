// Strangers' Markdown, HTML and pictures, drawn by JupyterLab's renderers without trust.

import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { RenderMimeRegistry, standardRendererFactories } from '@jupyterlab/rendermime';
import { Widget } from '@lumino/widgets';

import { inert } from '../../format';
import { strict } from './sanitized';

/** Draws what strangers wrote: nothing in it runs, nothing is trusted, nothing is loaded from elsewhere. */
export class Reader {
  constructor(rendermime: IRenderMimeRegistry) {
    this._rendermime = reading(rendermime);
  }

  draw(mimeType: string, data: string): Widget {
    if (!this._rendermime.getFactory(mimeType)) {
      return plainText('kitops-Cell-raw', data.slice(0, 2000));
    }
    const renderer = this._rendermime.createRenderer(mimeType);
    const model = this._rendermime.createModel({ data: { [mimeType]: data }, trusted: false });
    renderer.renderModel(model).catch(reason => {
      renderer.node.textContent = inert(String(reason));
    });
    return renderer;
  }

  private readonly _rendermime: RenderMimeRegistry;
}

/** Links in this element lead out of the page or nowhere. */
export function harmless(node: HTMLElement): void {
  node.addEventListener('click', onClick, true);
  node.addEventListener('auxclick', onClick, true); // the middle button opens a link without a click
}

export function plainText(className: string, content: string): Widget {
  const node = document.createElement('pre');
  node.className = className;
  node.textContent = content;
  return new Widget({ node });
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
