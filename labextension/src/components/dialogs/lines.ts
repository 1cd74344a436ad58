// eslint-disable-next-line no-control-regex -- control characters are what it is about
const UNSAID = /[\u0000-\u001f\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}{}$`]/u;

/** The server's %kit line, if it may go into a cell; else nothing. Names from a kit may have got into it. */
export function safeLine(command: string): string {
  return command.startsWith('%kit ') && !UNSAID.test(command) ? command : '';
}
