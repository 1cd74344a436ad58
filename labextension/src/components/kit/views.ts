// The views that draw what is in a kit, with what they draw it by: fetched when the first of them is seen.

export { Diff } from './diff';
export { KitfileView } from './kitfile';
export { Notebook } from './notebook';
export { Overview } from './overview';
export { Peek } from './peek';
