import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { ReadonlyJSONObject } from '@lumino/coreutils';

type RowData = 'reference' | 'registry' | 'line';

/** What a command was given, or else what the row says on which the context menu was opened. */
export function given(app: JupyterFrontEnd, what: RowData, argument: unknown): string {
  if (typeof argument === 'string' && argument) {
    return argument;
  }
  const row = app.contextMenuHitTest(node => node.classList.contains('kitops-Row'));
  return row?.dataset[what] ?? '';
}

/** The schema of the arguments of a command that takes texts. */
export function takes(...names: readonly string[]): { args: ReadonlyJSONObject } {
  return { args: { type: 'object', properties: Object.fromEntries(names.map(name => [name, { type: 'string' }])) } };
}
