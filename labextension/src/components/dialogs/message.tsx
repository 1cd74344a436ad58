import type { TranslationBundle } from '@jupyterlab/translation';
import type { JSX } from 'react';
import { useId, useState } from 'react';

/** In characters; the server has the same limits. */
const LIMIT = 4096;

/** What could steer a terminal, or turn the direction of the text. */
const STEERING = /(?![\n\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

/** The message as it is kept: without blanks and line feeds around it. */
export function messageOf(text: string): string {
  return text.replace(/^[ \n]+|[ \n]+$/g, '');
}

/** What is wrong with a message; empty if nothing is. */
export function messageProblem(text: string, trans: TranslationBundle): string {
  const { length } = [...messageOf(text)];
  if (length > LIMIT) {
    return trans.__('The message has %1 characters, expected at most %2', length, LIMIT);
  }
  const at = text.search(STEERING);
  if (at < 0) {
    return '';
  }
  const above = text.slice(0, at).split('\n');
  const code = text.codePointAt(at)!.toString(16).toUpperCase().padStart(4, '0');
  const column = [...above[above.length - 1]].length + 1;
  return trans.__('Remove the invisible character U+%1 in line %2, column %3', code, above.length, column);
}

/** The flags that say it on a line: one for each of its lines. */
export function messageWords(text: string): string[] {
  const message = messageOf(text);
  const lines = message ? message.split('\n') : [];
  return lines.flatMap(line => (line.startsWith('-') ? [`--message=${line}`] : ['-m', line]));
}

interface IMessageFieldProps {
  trans: TranslationBundle;
  onChange: (text: string) => void;
}

/** Why the kit is packed, in one line or more. It has its own text: a form is drawn a frame later, and the caret moves. */
export function MessageField({ trans, onChange }: IMessageFieldProps): JSX.Element {
  const id = useId();
  const [text, setText] = useState('');
  const problem = messageProblem(text, trans);
  return (
    <div className="kitops-Field">
      <label htmlFor={id}>{trans.__('Message')}</label>
      <textarea
        id={id}
        className="jp-mod-styled kitops-Message"
        rows={Math.min(6, text.split('\n').length)}
        value={text}
        placeholder={trans.__('What changed, and why (optional)')}
        aria-invalid={problem !== ''}
        aria-describedby={`${id}told`}
        onChange={({ target: { value } }) => {
          setText(value);
          onChange(value);
        }}
      />
      <small id={`${id}told`} className="kitops-Field-problem" role={problem ? 'alert' : undefined}>
        {problem}
      </small>
    </div>
  );
}
