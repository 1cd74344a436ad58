import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { insertCompletionText, startCompletion } from '@codemirror/autocomplete';
import type { Text } from '@codemirror/state';

import type { IField } from './fields';
import { FIELDS, ROOT } from './fields';

/** So many lines are looked at in each direction: a Kitfile has some dozens. */
const LINES = 2000;

/** A line of block YAML: the columns of its dash, if it has one, and of what follows; its key, or "". */
interface ILine {
  dash: number | null;
  column: number;
  key: string;
}

/** The fields that can stand where somebody writes: those of the section, without the ones that it has. */
export function complete(context: CompletionContext): CompletionResult | null {
  const { doc } = context.state;
  const line = doc.lineAt(context.pos);
  const here = context.pos - line.from;
  const [whole, indent = '', dash = '', word = ''] = /^( *)(- +)?([\w-]*)$/.exec(line.text.slice(0, here)) ?? [];
  if (whole === undefined || !(word || context.explicit)) {
    return null;
  }
  const column = indent.length + dash.length;
  const fields = fieldsAt(doc, line.number, { dash: dash ? indent.length : null, column, key: '' });
  const rest = /^[\w-]*/.exec(line.text.slice(here))?.[0] ?? '';
  const isKey = /^ *:/.test(line.text.slice(here + rest.length));
  return {
    from: line.from + column,
    to: context.pos + rest.length,
    options: fields.map((field, index) => ({
      ...(isKey ? { ...shown(field), apply: field.name } : offered(field, column)),
      boost: -index // in the order in which they are written, not by letters
    })),
    validFor: /^[\w-]*$/
  };
}

const shown = ({ name, about }: IField): Completion => ({ label: name, type: 'property', info: about });

/** A section goes on below its name, and its own fields are offered there. */
function offered(field: IField, column: number): Completion {
  const below = `\n${' '.repeat(column + 2)}`;
  if (!field.section) {
    return { ...shown(field), apply: `${field.name}: ` };
  }
  const text = `${field.name}:${below}${field.kind === 'many' ? '- ' : ''}`;
  return {
    ...shown(field),
    apply: (view, _, from, to) => {
      view.dispatch(insertCompletionText(view.state, text, from, to));
      startCompletion(view);
    }
  };
}

function fieldsAt(doc: Text, number: number, here: ILine): readonly IField[] {
  const taken = new Set<string>();
  const way = wayTo(doc, number, here, taken);
  const section = way?.reduce<string | undefined>(
    (found, name) => FIELDS[found ?? '']?.find(field => field.name === name)?.section,
    ROOT
  );
  if (!section) {
    return [];
  }
  addBelow(doc, number, here, taken);
  return FIELDS[section].filter(({ name }) => !taken.has(name));
}

/** The keys that lead to a line, from the document's on; null where it belongs to none. Fills in its neighbours above. */
function wayTo(doc: Text, number: number, here: ILine, taken: Set<string>): string[] | null {
  const way: string[] = [];
  let { dash, column } = here;
  for (
    let at = number - 1;
    at > Math.max(0, number - LINES) && !(way.length && column === 0 && dash === null);
    at -= 1
  ) {
    const line = read(doc.line(at).text);
    if (!line) {
      continue;
    }
    const isInside = dash === null ? line.column >= column : line.dash === dash || line.column > dash;
    if (isInside) {
      if (dash === null && line.column === column) {
        dash = line.dash;
        if (!way.length) {
          taken.add(line.key);
        }
      }
      continue;
    }
    if (!line.key) {
      return null;
    }
    way.unshift(line.key);
    ({ dash, column } = line);
  }
  return column === 0 && dash === null ? way : null;
}

function addBelow(doc: Text, number: number, { column }: ILine, taken: Set<string>): void {
  for (let at = number + 1; at <= Math.min(doc.lines, number + LINES); at += 1) {
    const line = read(doc.line(at).text);
    if (line && (line.column < column || (line.column === column && line.dash !== null))) {
      return;
    }
    if (line?.column === column) {
      taken.add(line.key);
    }
  }
}

function read(text: string): ILine | null {
  const [, indent, dash, rest] = /^( *)((?:-(?: +|$))?)(.*)$/.exec(text)!;
  if (!dash && (!rest.trim() || rest.startsWith('#'))) {
    return null;
  }
  const key = /^([\w-]+) *:(?= |$)/.exec(rest)?.[1] ?? '';
  return { dash: dash ? indent.length : null, column: indent.length + dash.length, key };
}
