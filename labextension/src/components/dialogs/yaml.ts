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
  const list = LISTS[section] && blockOf(lines, LISTS[section]);
  const items = list ? itemsOf(lines, list) : [];
  const found = items.filter(item => holds(lines, item, path));
  if (!list || found.length !== 1) {
    return null;
  }
  return cut(lines, items.length === 1 ? list : found[0]);
}

/** A key at the margin and what is indented below it, or a list at the margin. */
function blockOf(lines: readonly string[], key: string): IBlock | null {
  const start = lines.findIndex(line => line.trimEnd() === `${key}:`);
  if (start < 0) {
    return null;
  }
  const rest = lines.slice(start + 1).findIndex(line => /^[^\s#-]/.test(line));
  let end = rest < 0 ? lines.length : start + 1 + rest;
  while (!lines[end - 1].trim()) {
    end -= 1;
  }
  return { start, end };
}

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
