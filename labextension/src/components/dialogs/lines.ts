// eslint-disable-next-line no-control-regex -- control characters are what it is about
const UNSAID = /[\u0000-\u001f\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}{}$`]/u;

// eslint-disable-next-line no-control-regex -- the same, but for the end of a line and what IPython leaves alone in a body
const UNSAID_IN_BODY = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/u;

/** A line as a cell that has this text below it; nothing, when there are signs in it that nobody sees. */
export function cellOf(line: string, body: string): string {
  return line && !UNSAID_IN_BODY.test(body) ? `%${line}\n${body}` : '';
}

/** The server's %kit line, if it may go into a cell; else nothing. Names from a kit may have got into it. */
export function safeLine(command: string): string {
  return command.startsWith('%kit ') && !UNSAID.test(command) ? command : '';
}
