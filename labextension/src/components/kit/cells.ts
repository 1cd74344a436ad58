// A notebook as it was parsed, made into cells to show. Strangers wrote it: every field may be anything.

/** Text of a cell or an output beyond this is cut: a page does not draw more at once. */
const TEXT = 200_000;
const OUTPUTS = 50;

/** What may be drawn, the best first. Scripts, widgets, SVG and whatever needs a program to draw it are left out. */
const DRAWN = [
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'text/markdown',
  'text/latex',
  'text/html',
  'text/plain'
];

export interface IBundle {
  mimeType: string;
  data: string;
}

export interface ICell {
  kind: 'markdown' | 'code' | 'raw';
  source: string;
  count: number | null;
  outputs: IBundle[];
}

export interface INotebook {
  language: string;
  cells: ICell[];
}

type Fields = { readonly [name: string]: unknown };

export function readNotebook(notebook: Fields): INotebook {
  const { metadata, cells, worksheets } = notebook;
  const old = listOf(worksheets).flatMap(sheet => listOf(fieldsOf(sheet).cells));
  const { language_info, kernelspec } = fieldsOf(metadata);
  const name = fieldsOf(language_info).name ?? fieldsOf(kernelspec).language;
  const language = typeof name === 'string' && /^[\w+#-]{1,30}$/.test(name) ? name : '';
  return { language, cells: (Array.isArray(cells) ? cells : old).map(each => readCell(fieldsOf(each))) };
}

function readCell({ cell_type, source, input, execution_count, outputs }: Fields): ICell {
  const kind = cell_type === 'markdown' || cell_type === 'code' ? cell_type : 'raw';
  return {
    kind,
    source: textOf(source ?? input),
    count: typeof execution_count === 'number' ? execution_count : null,
    outputs:
      kind === 'code'
        ? listOf(outputs)
            .slice(0, OUTPUTS)
            .flatMap(each => readOutput(fieldsOf(each)))
        : []
  };
}

function readOutput({ output_type, name, text, data, ename, evalue, traceback }: Fields): IBundle[] {
  switch (output_type) {
    case 'stream': {
      const mimeType = name === 'stderr' ? 'application/vnd.jupyter.stderr' : 'application/vnd.jupyter.stdout';
      return [{ mimeType, data: textOf(text) }];
    }
    case 'error': {
      const lines = textOf(
        listOf(traceback)
          .filter(each => typeof each === 'string')
          .join('\n')
      );
      return [{ mimeType: 'application/vnd.jupyter.stderr', data: lines || `${textOf(ename)}: ${textOf(evalue)}` }];
    }
    default:
      return readBundle(fieldsOf(data));
  }
}

function readBundle(data: Fields): IBundle[] {
  const mimeType = DRAWN.find(each => data[each] !== undefined);
  if (!mimeType) {
    return [];
  }
  if (mimeType.startsWith('image/')) {
    const picture = joined(data[mimeType]).replace(/\s/g, '');
    return /^[A-Za-z0-9+/]+=*$/.test(picture) ? [{ mimeType, data: picture }] : [];
  }
  return [{ mimeType, data: textOf(data[mimeType]) }];
}

const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const joined = (value: unknown): string =>
  Array.isArray(value)
    ? value.filter(each => typeof each === 'string').join('')
    : typeof value === 'string'
      ? value
      : '';

function textOf(value: unknown): string {
  const text = joined(value);
  return text.length > TEXT ? `${text.slice(0, TEXT)}…` : text;
}

/** The source as a fenced block that it can't leave, whatever it has in it. */
export function fenced(source: string, language: string): string {
  const longest = Math.max(2, ...[...source.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${source}\n${fence}`;
}
