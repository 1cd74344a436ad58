// What a stranger's notebook may put into the page: text with its structure, and pictures that came along in it.

import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';

/** JupyterLab's own list has forms, buttons that run commands, and media from anywhere: none of it is needed to read. */
const TAGS = [
  ...['a', 'abbr', 'b', 'bdi', 'bdo', 'blockquote', 'br', 'caption', 'center', 'cite', 'code', 'col', 'colgroup'],
  ...['dd', 'del', 'details', 'dfn', 'div', 'dl', 'dt', 'em', 'figcaption', 'figure', 'h1', 'h2', 'h3', 'h4', 'h5'],
  ...['h6', 'hr', 'i', 'ins', 'kbd', 'li', 'mark', 'ol', 'p', 'pre', 'q', 's', 'samp', 'small', 'span', 'strike'],
  ...['strong', 'sub', 'summary', 'sup', 'table', 'tbody', 'td', 'tfoot', 'th', 'thead', 'tr', 'tt', 'u', 'ul', 'var']
];

/** No `id` or `class`: they would reach for JupyterLab's own styles and handlers. No `src`: it would be loaded. */
const ATTRIBUTES: { [tag: string]: string[] } = {
  '*': ['dir', 'lang', 'title'],
  a: ['href'],
  code: ['class'],
  col: ['span'],
  colgroup: ['span'],
  details: ['open'],
  ol: ['start', 'type'],
  pre: ['class'],
  span: ['class'],
  td: ['align', 'colspan', 'rowspan'],
  th: ['align', 'colspan', 'rowspan', 'scope']
};

/** A sanitizer that is stricter than the one given, and goes through it. */
export function strict(base: IRenderMime.ISanitizer): IRenderMime.ISanitizer {
  return {
    allowCommandLinker: false,
    allowNamedProperties: false,
    getAutolink: () => false,
    sanitize: (dirty, options) =>
      base.sanitize(dirty, {
        allowedTags: options?.allowedTags?.filter(tag => TAGS.includes(tag)) ?? TAGS,
        allowedAttributes: ATTRIBUTES,
        allowedStyles: {}
      })
  };
}
