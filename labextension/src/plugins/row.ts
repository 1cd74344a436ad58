import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { ReadonlyJSONObject } from '@lumino/coreutils';
import type { Widget } from '@lumino/widgets';
import { TabPanel } from '@lumino/widgets';

type RowData = 'reference' | 'registry' | 'repository' | 'line';

/** What a command was given, or else what the row says on which the context menu was opened. */
export function given(app: JupyterFrontEnd, what: RowData, argument: unknown): string {
  if (typeof argument === 'string' && argument) {
    return argument;
  }
  const row = app.contextMenuHitTest(node => node.classList.contains('kitops-Row'));
  return row?.dataset[what] ?? '';
}

/** Show a tab where this application has a place for it. */
export function addTab(app: JupyterFrontEnd, tab: Widget): void {
  // Notebook 7 has one thing in its main area, the notebook; and before 7.3 no place below it.
  for (const area of ['main', 'down', 'right']) {
    if (!tab.isAttached) {
      app.shell.add(tab, area, { type: 'ModelKit' });
    }
  }
  app.shell.activateById(tab.id);
  const stack = tab.parent?.parent;
  if (stack instanceof TabPanel) {
    stack.currentWidget = tab;
  }
}

/** The schema of the arguments of a command that takes texts. */
export function takes(...names: readonly string[]): { args: ReadonlyJSONObject } {
  return { args: { type: 'object', properties: Object.fromEntries(names.map(name => [name, { type: 'string' }])) } };
}
