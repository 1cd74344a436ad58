// Small parts that the tab and the dialogs share.

import { addIcon } from '@jupyterlab/ui-components';
import type { JSX, ReactNode } from 'react';

import type { KitError } from '../../client';
import { inert } from '../../format';
import type { LineData } from '../../lines';
import { noLine } from '../../lines';
import { Button, CopyLine, IconButton } from './parts';
import type { IActions } from './actions';
import { useSignals } from './signal';
import { wayOf } from './ways';

/** A line with more characters may have to be scrolled, also by the keyboard. */
const LONG = 300;

/** A line with more characters breaks anywhere, not only between its words. */
const DRAWN = 4000;

interface IWithActions {
  actions: IActions;
}

/** The line that does the same, to copy or to put into the notebook; why there is none; nothing before it is known. */
export function KitLine({ line, actions }: IWithActions & { line: LineData | null }): JSX.Element | null {
  const { copy, insert, moved, trans, write } = actions;
  useSignals(moved);
  if (line === null) {
    return null;
  }
  const text = write(line);
  if (!text) {
    return <p className="kitops-Empty">{noLine(trans)}</p>;
  }
  const words = text.split(/([ \n]+)/); // every second one is what is between two words
  return (
    <div className="kitops-Line" role="group" aria-label={trans.__('The same as a %kit line')}>
      <code className="kitops-Line-text" title={inert(text, 4000)} tabIndex={text.length > LONG ? 0 : undefined}>
        {text.length > DRAWN ? text : words.map((word, at) => (at % 2 ? word : <span key={at}>{word}</span>))}
      </code>
      <CopyLine line={line} copy={() => copy(write(line))} trans={trans} />
      {insert && (
        <IconButton icon={addIcon} label={trans.__('Insert into the notebook')} onClick={() => insert(line)} />
      )}
    </div>
  );
}

/** What failed, what to do about it, and the details to copy. */
export function Failure({
  error,
  actions,
  retry
}: IWithActions & { error: KitError; retry?: () => void }): JSX.Element {
  const { about, copy, model, run, trans } = actions;
  const all = [error.message, error.hint, ...error.details].filter(Boolean).join('\n');
  const way = wayOf(error.code, { kits: about, registries: model.registries }, trans);
  const hint = way?.hint ?? error.hint;
  return (
    <div className="kitops-Failure" role="alert">
      <p className="kitops-Failure-message">{inert(error.message, 1000) || inert(error.code)}</p>
      {hint && <p className="kitops-Failure-hint">{inert(hint, 1000)}</p>}
      {error.details.length > 0 && (
        <details>
          <summary>{trans._n('%1 detail', '%1 details', error.details.length)}</summary>
          <ul>
            {error.details.slice(0, 50).map((each, index) => (
              <li key={index}>{inert(each, 1000)}</li>
            ))}
          </ul>
        </details>
      )}
      <div className="kitops-Failure-buttons">
        {way && <Button onClick={() => void run(way.command, way.args)}>{way.label}</Button>}
        {retry && <Button onClick={retry}>{trans.__('Try again')}</Button>}
        <Button onClick={() => copy(all)}>{trans.__('Copy details')}</Button>
      </div>
    </div>
  );
}

/** While something is waited for. */
export function Waiting({ children }: { children: ReactNode }): JSX.Element {
  return (
    <p className="kitops-Waiting" role="status">
      {children}
    </p>
  );
}
