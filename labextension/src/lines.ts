// The %kit line that does what the panel does. It is pasted into a cell and run: nothing but plain words may get into one.

/** What needs no quotes and means nothing to IPython, which evaluates `{...}` and `$name` on a magic's line. */
const PLAIN = /^[\w./:@+=,~-]+$/;
const QUOTABLE = /^[\w./:@+=,~ ()-]+$/;

/** The line of these words; empty when a word can't be said on a line safely, so that there is none to copy. */
export function kitLine(...words: readonly string[]): string {
  const said: string[] = [];
  for (const word of words) {
    if (PLAIN.test(word)) {
      said.push(word);
    } else if (QUOTABLE.test(word)) {
      said.push(`"${word}"`);
    } else {
      return '';
    }
  }
  return `%kit ${said.join(' ')}`;
}
