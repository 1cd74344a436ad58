// One entry taken out of a Kitfile's text. The rest of the text stays as it was written, comments and all.

import type { PackLayer } from '../../wire';

/** Where the entries of a layer's section stand in a Kitfile. */
const LISTS: { [section: string]: string } = {
  code: 'code',
  dataset: 'datasets',
  docs: 'docs',
  prompt: 'prompts',
  mcpserver: 'mcpServers'
};

interface IBlock {
  start: number;
  end: number;
}

/** The text without this layer's entry; null when it is not plain to see which lines those are. */
export function without(text: string, { section, path }: Pick<PackLayer, 'section' | 'path'>): string | null {
  const lines = text.split('\n');
  if (section === 'model') {
    const block = blockOf(lines, 'model');
    return block && holds(lines, block, path) ? cut(lines, block) : null;
  }
  const model = section === 'part' ? blockOf(lines, 'model') : null;
  const list = model ? blockOf(lines, 'parts', model) : LISTS[section] && blockOf(lines, LISTS[section]);
  const items = list ? itemsOf(lines, list) : [];
  const found = items.filter(item => holds(lines, item, path));
  if (!list || found.length !== 1) {
    return null;
  }
  return cut(lines, items.length === 1 ? list : found[0]);
}

/** A key at the margin, or right below the one of a block, and what belongs to it: indented, or a list beside it. */
function blockOf(lines: readonly string[], key: string, within?: IBlock): IBlock | null {
  const from = within ? within.start + 1 : 0;
  const until = within?.end ?? lines.length;
  const margin = within ? indentOf(lines[from] ?? '') : 0;
  const start = lines.findIndex(
    (line, at) => at >= from && at < until && indentOf(line) === margin && line.trim() === `${key}:`
  );
  if (start < 0) {
    return null;
  }
  const isNext = (line: string): boolean => indentOf(line) < margin || /^[^\s#-]/.test(line.slice(margin));
  const rest = lines.slice(start + 1, until).findIndex(line => line.trim() !== '' && isNext(line));
  let end = rest < 0 ? until : start + 1 + rest;
  while (!lines[end - 1].trim()) {
    end -= 1;
  }
  return { start, end };
}

const indentOf = (line: string): number => line.length - line.trimStart().length;

function itemsOf(lines: readonly string[], { start, end }: IBlock): IBlock[] {
  const indent = /^( *)- /.exec(lines[start + 1] ?? '')?.[1];
  if (indent === undefined) {
    return [];
  }
  const starts: number[] = [];
  for (let index = start + 1; index < end; index++) {
    if (lines[index].startsWith(`${indent}- `)) {
      starts.push(index);
    }
  }
  return starts.map((from, index) => ({ start: from, end: starts[index + 1] ?? end }));
}

/** Whether one of these lines says `path:` with this value. */
function holds(lines: readonly string[], { start, end }: IBlock, path: string): boolean {
  return lines.slice(start, end).some(line => {
    const said = /^\s*(?:- +)?path: *(.*?) *$/.exec(line)?.[1];
    return said !== undefined && said.replace(/^(["'])(.*)\1$/, '$2') === path;
  });
}

const cut = (lines: readonly string[], { start, end }: IBlock): string =>
  [...lines.slice(0, start), ...lines.slice(end)].join('\n');
