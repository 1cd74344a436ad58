import { inert } from '../../format';

/** A stranger's message: its line feeds stay, nothing else in it steers what is shown. */
export function messageLines(message: string): string {
  return message
    .slice(0, 4096)
    .split('\n')
    .map(line => inert(line, 4096))
    .join('\n');
}

/** Its first line that says something, for a row. */
export function messageSubject(message: string): string {
  return messageLines(message).trim().split('\n')[0];
}
