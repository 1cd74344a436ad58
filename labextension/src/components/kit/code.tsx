import type { JSX } from 'react';
import { useEffect, useState } from 'react';

import type { IActions } from '../shared/actions';
import type { IPiece } from '../shared/source';
import { Source } from '../shared/source';

/** A longer text is shown in one colour: to parse it would hold the page up. */
const LIMIT = 128 * 1024;

interface ICodeProps {
  text: string;
  label: string;
  /** The file's name tells its language. */
  path: string;
  actions: IActions;
  marked?: ReadonlySet<number>;
}

/** A text with numbered lines, in the colours of its language where JupyterLab knows that. */
export function Code({ path, actions: { languages }, ...rest }: ICodeProps): JSX.Element {
  const { text } = rest;
  const [coloured, setColoured] = useState<{ text: string; lines: IPiece[][] } | null>(null);
  useEffect(() => {
    const language = languages?.findByFileName(path.slice(path.lastIndexOf('/') + 1));
    if (!languages || !language || text.length > LIMIT) {
      return;
    }
    let isWanted = true;
    const node = document.createElement('pre'); // never in the page: only its text and classes are read
    languages.highlight(text, language, node).then(
      () => isWanted && setColoured({ text, lines: linesOf(node) }),
      () => undefined // a language that cannot be loaded: the text stays as it is
    );
    return () => {
      isWanted = false;
    };
  }, [text, path, languages]);
  return <Source {...rest} colours={coloured?.text === text ? coloured.lines : undefined} />;
}

function linesOf(node: HTMLElement): IPiece[][] {
  const lines: IPiece[][] = [[]];
  for (const child of node.childNodes) {
    const className = child instanceof Element ? child.className : '';
    (child.textContent ?? '').split('\n').forEach((text, at) => {
      if (at) {
        lines.push([]);
      }
      if (text) {
        lines[lines.length - 1].push({ text, className });
      }
    });
  }
  return lines;
}
