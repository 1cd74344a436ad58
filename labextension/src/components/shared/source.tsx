import type { JSX } from 'react';

import { inert } from '../../format';
import type { Problem } from '../../wire';
import { LinkButton } from './parts';
import type { IActions } from './actions';

/** So many lines of a text are shown: a Kitfile has some dozens, a hostile one may have a million. */
const LINES = 5000;

interface ISourceProps {
  text: string;
  label: string;
  /** Lines that are marked, counted from 1. */
  marked?: ReadonlySet<number>;
  classOf?: (line: string) => string;
  /** What stands before each line, if not its place in this text. */
  numbers?: readonly string[];
  /** The same text, by lines, as pieces of a colour each. */
  colours?: readonly (readonly IPiece[])[];
}

/** A piece of a line, and the class that colours it. */
export interface IPiece {
  text: string;
  className: string;
}

/** A text with numbered lines, to read. */
export function Source({ text, label, marked, classOf, numbers, colours }: ISourceProps): JSX.Element {
  const lines = text.replace(/\n$/, '').split('\n', LINES);
  return (
    <pre className="kitops-Source" tabIndex={0} aria-label={label}>
      {lines.map((line, index) => (
        <span
          key={index}
          data-number={numbers?.[index]}
          className={`kitops-Source-line ${classOf?.(line) ?? ''}${marked?.has(index + 1) ? ' kitops-mod-marked' : ''}`}
        >
          {colours?.[index]?.map((piece, at) => (
            <span key={at} className={piece.className}>
              {shown(piece.text)}
            </span>
          )) ?? shown(line)}
          {'\n'}
        </span>
      ))}
    </pre>
  );
}

/** A line of code from elsewhere, with its tabs. */
export const shown = (text: string, limit = 2000): string =>
  text
    .split('\t')
    .map(part => inert(part, limit))
    .join('\t');

/** What is wrong with a Kitfile, by line. */
export function Problems({
  problems,
  actions: { trans },
  onGo
}: {
  problems: readonly Problem[];
  actions: IActions;
  onGo?: (problem: Problem) => void;
}): JSX.Element {
  return (
    <ul className="kitops-Problems" aria-label={trans.__('Problems')}>
      {problems.slice(0, 100).map((problem, index) => {
        const where = problem.line > 0 ? trans.__('line %1', problem.line) : inert(problem.field, 80);
        return (
          <li key={index}>
            {onGo && problem.line > 0 ? (
              <LinkButton onClick={() => onGo(problem)}>{where}</LinkButton>
            ) : (
              <span className="kitops-Problems-where">{where}</span>
            )}{' '}
            <bdi>{inert(problem.message, 600)}</bdi>
            {problem.hint && <bdi className="kitops-Problems-hint"> {inert(problem.hint, 300)}</bdi>}
          </li>
        );
      })}
      {problems.length > 100 && <li>{trans.__('and %1 more', problems.length - 100)}</li>}
    </ul>
  );
}
