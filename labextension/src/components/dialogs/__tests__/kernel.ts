// A kernel behind a notebook's session, which says what a test has it say.

import { PromiseDelegate } from '@lumino/coreutils';
import { Signal } from '@lumino/signaling';

type Content = { [name: string]: unknown };

/** One execution, as a page follows it. */
class Execution {
  constructor(
    readonly code: string,
    readonly metadata: unknown
  ) {}

  get done(): Promise<unknown> {
    return this._done.promise;
  }

  onIOPub: (message: object) => void = () => {};

  publish(kind: string, content: Content): void {
    this.onIOPub({ header: { msg_type: kind }, content });
  }

  report(told: Content): void {
    this.publish('display_data', { data: { 'application/vnd.kitops.report+json': told } });
  }

  async end(content: Content = { status: 'ok' }): Promise<void> {
    this._done.resolve({ content });
    await new Promise(resolve => setTimeout(resolve));
  }

  async die(): Promise<void> {
    this._done.reject(new Error('Canceled future'));
    await new Promise(resolve => setTimeout(resolve));
  }

  private readonly _done = new PromiseDelegate<unknown>();
}

/** What it answers to a comm: a message, or that nothing knows the target; null is silence. */
type Answer = { data: unknown } | 'unknown' | null;

export class FakeKernel {
  answer: Answer = 'unknown';
  readonly asked: unknown[] = [];
  closed = 0;
  interrupts = 0;
  isDisposed = false;
  language = 'python';
  readonly ran: Execution[] = [];
  status = 'idle';

  get spec(): Promise<{ language: string }> {
    return Promise.resolve({ language: this.language });
  }

  readonly session: { session: object; statusChanged: Signal<object, string> } = {
    session: { kernel: this },
    statusChanged: new Signal<object, string>(this)
  };

  enter(status: string): void {
    this.status = status;
    this.session.statusChanged.emit(status);
  }

  createComm(): object {
    const comm = {
      isDisposed: false,
      onMsg: (_: object) => {},
      onClose: () => {},
      close: () => void (this.closed += 1),
      open: (data: unknown) => {
        this.asked.push(data);
        const { answer } = this;
        if (answer === 'unknown') {
          setTimeout(() => comm.onClose());
        } else if (answer) {
          setTimeout(() => comm.onMsg({ content: answer }));
        }
      }
    };
    return comm;
  }

  requestExecute({ code }: { code: string }, _: boolean, metadata: unknown): Execution {
    const made = new Execution(code, metadata);
    this.ran.push(made);
    return made;
  }

  async interrupt(): Promise<void> {
    this.interrupts += 1;
  }
}

export const listing = (variables: readonly object[], more: object = {}): Answer => ({
  data: { place: 'here', total: variables.length, variables, ...more }
});

export const variable = (name: string, role: string, more: object = {}): object => ({
  name,
  role,
  type: 'pandas.DataFrame',
  shape: [100, 5],
  size_bytes: 4096,
  items: null,
  ...more
});
