import type { Diagnostic } from '@codemirror/lint';
import { linter } from '@codemirror/lint';
import type { Extension, Text } from '@codemirror/state';
import type { EditorView } from '@codemirror/view';

import { inert } from '../../format';
import type { IKitModel } from '../../tokens';
import type { Problem } from '../../wire';

/** A longer text is nobody's Kitfile, and is refused by its size alone. */
const LIMIT = 4 << 20;
/** How long after the last key the server is asked. */
const DELAY_MS = 400;
const SHOWN = 200;

/** Underlines what `kit validate` finds in the text as it is in the editor; nothing while the server does not answer. */
export function underlined(model: IKitModel): Extension {
  const asked = new WeakMap<EditorView, Promise<unknown>>();
  return linter(
    async view => {
      const { doc } = view.state;
      await asked.get(view); // one question at a time
      if (doc !== view.state.doc || doc.length > LIMIT) {
        return [];
      }
      const answer = model.validate(doc.toString()).catch(() => null);
      asked.set(view, answer);
      const found = await answer;
      return [
        ...(found?.problems ?? []).slice(0, SHOWN).map(problem => marked(doc, problem, 'error')),
        ...(found?.warnings ?? []).slice(0, SHOWN).map(problem => marked(doc, problem, 'warning'))
      ];
    },
    { delay: DELAY_MS }
  );
}

function marked(doc: Text, problem: Problem, severity: Diagnostic['severity']): Diagnostic {
  const { field, message, hint } = problem;
  const text = `${field ? `${field}: ` : ''}${message}${hint ? ` (${hint})` : ''}`;
  return { ...spanOf(doc, problem), severity, source: 'kit validate', message: inert(text, 1000) };
}

/** The key that stands there, or else the rest of its line; the whole line where there is nothing more on it. */
export function spanOf(doc: Text, { line, column }: { line: number; column: number }): { from: number; to: number } {
  const { from, to, text } = doc.line(Math.min(Math.max(line, 1), doc.lines));
  const start = [...text] // the server counts characters, not halves of them
    .slice(0, Math.max(column - 1, 0))
    .join('').length;
  const rest = text.slice(start).replace(/(?:^|\s+)(?:#.*)?$/, '');
  const width = /^[\w.-]+(?= *:)/.exec(rest)?.[0].length ?? rest.length;
  return width ? { from: from + start, to: from + start + width } : { from: from + text.search(/\S|$/), to };
}
