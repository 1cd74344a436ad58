// What is ticked as filters of the `%kit` line.

import type { INode } from './node';
import { canTick, decider, isListed, tickOf } from './node';

/** Two ways to say what is ticked of a node: its parts, or all but some; null where that is not known. */
interface IWays {
  ins: string[] | null;
  outs: string[] | null;
}

/** The filters of what is ticked of these, as few as possible: of the parts, or of all but some. */
export function shortest(nodes: readonly INode[]): string[] {
  const { ins, outs } = joined(nodes);
  return outs && (!ins || outs.length < ins.length) ? outs : (ins ?? []);
}

function joined(nodes: readonly INode[]): IWays {
  const join = (lists: (string[] | null)[]): string[] | null =>
    lists.includes(null) ? null : lists.flatMap(each => each ?? []);
  const ways = nodes.map(waysOf);
  return { ins: join(ways.map(each => each.ins)), outs: join(ways.map(each => each.outs)) };
}

function waysOf(node: INode): IWays {
  const filter = (node.file ?? node.layer).filter;
  const tick = tickOf(node);
  if (tick !== 'some') {
    return tick === 'all' ? { ins: [filter], outs: [] } : { ins: [], outs: [`!${filter}`] };
  }
  const isIn = decider(node)?.mark === 'in';
  const parts = isListed(node) ? node.children.filter(canTick) : node.children.filter(each => each.mark || each.marked);
  const { ins, outs } = joined(parts);
  const whole = outs && (isListed(node) || isIn) ? [filter, ...outs] : null;
  const known = isListed(node) || !isIn ? ins : null;
  const least = whole && (!known || whole.length < known.length) ? whole : known;
  return { ins: least, outs: whole ? outs : null };
}
