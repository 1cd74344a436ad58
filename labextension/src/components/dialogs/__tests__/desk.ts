// A dialog in the page, before a server that answers what a test says.

import { Dialog } from '@jupyterlab/apputils';
import { nullTranslator } from '@jupyterlab/translation';
import { act, fireEvent, screen } from '@testing-library/react';

import type { Route } from '../../../__tests__/server';
import { FakeServer, job, jobs, local, row, status } from '../../../__tests__/server';
import { written } from '../../../lines';
import { KitModel } from '../../../model';
import type { PackCheck, PromotionPlan } from '../../../wire';
import type { IActions } from '../../shared/actions';
import type { Form } from '../../shared/form';
import { FormDialog } from '../../shared/form';

export const HOSTILE = '<img src=x onerror=alert(1)>';

const NONE = { words: [], paths: [] };

export const KITFILE = 'model:\n  path: m.onnx\ndatasets:\n  - path: big.csv\n  - path: small.csv\n';

export const preview = (more: Partial<PackCheck> = {}): PackCheck => ({
  kitfile: KITFILE,
  is_proposed: true,
  layers: [
    { key: 'model:0', section: 'model', name: '', path: 'm.onnx', files: 1, size_bytes: 1024 },
    { key: 'dataset:0', section: 'dataset', name: '', path: 'big.csv', files: 1, size_bytes: 4096 },
    { key: 'dataset:1', section: 'dataset', name: '', path: 'small.csv', files: 1, size_bytes: 512 }
  ],
  left_out: [['.env', 'may contain a secret']],
  warnings: [HOSTILE],
  problems: [],
  command: { words: ['pack', 'work'], paths: [1] },
  kept: [],
  added: '',
  large_bytes: 1024 ** 3,
  ...more
});

/** As the server takes the entries of layers out of a Kitfile. */
const without = (kitfile: string, dropped: readonly string[]): string =>
  ['dataset:1', 'dataset:0']
    .filter(key => dropped.includes(key))
    .reduce((text, key) => text.replace(`  - path: ${key === 'dataset:0' ? 'big' : 'small'}.csv\n`, ''), kitfile)
    .replace(/datasets:\n$/, '');

/** What moves; to `challenger` nothing does. */
function plan(to: string, isUndo: boolean): PromotionPlan {
  const kept = isUndo ? [{ tag: 'tuned', digest: 'sha256:else', reason: `${HOSTILE} was moved since` }] : [];
  const rollback = { tag: 'rollback', before: '', after: 'sha256:old', message: '' };
  const there = { tag: to, before: 'sha256:old', after: 'sha256:new', message: '' };
  const moves = to === 'challenger' ? [] : to === 'champion' ? [rollback, there] : [{ ...there, before: '' }];
  const back = moves.map(({ before, after, ...rest }) => ({ ...rest, before: after, after: before })).reverse();
  return { moves: isUndo ? back : moves, kept, command: NONE };
}

const ROUTES: { [route: string]: Route } = {
  'GET status': () => status(row('corp')),
  'GET local': () => local('churn:tuned', 'churn:old'),
  'GET jobs': () => jobs('e1', 0),
  'GET kit': () => ({ digest: 'sha256:new' }),
  'GET history': () => [
    {
      tag: 'champion',
      digest: 'sha256:old',
      created: '',
      size_bytes: 1,
      kit_name: '',
      problem: '',
      can_undo: true,
      message: '',
      code: null,
      ran: null
    },
    {
      tag: 'challenger',
      digest: 'sha256:new',
      created: '',
      size_bytes: 1,
      kit_name: '',
      problem: '',
      can_undo: false,
      message: '',
      code: null,
      ran: null
    }
  ],
  'GET promotion': ({ query: { to, undo } }) => plan(to, undo === 'true'),
  'POST jobs': () => job('j1'),
  'POST tag': () => ({ command: NONE, text: '' }),
  'POST promote': () => ({ command: NONE, text: 'moved' }),
  'POST remove': ({ body }) => {
    const { force } = body as { force: boolean };
    return { freed_bytes: force ? 4096 : 0, references: ['churn:tuned', HOSTILE], text: '', failed: [] };
  },
  'POST check/pack': ({ body }) => {
    const { kitfile, dropped } = body as { kitfile: string; dropped: string[] };
    return kitfile.includes('nam:')
      ? preview({ kitfile, problems: [{ line: 2, column: 1, field: '', message: 'unknown field', hint: '' }] })
      : preview({ kitfile: without(kitfile || KITFILE, dropped) });
  }
};

export class Desk {
  constructor() {
    this.model = new KitModel({ services: this.server.services as never, standby: 'never' });
    this.actions = {
      model: this.model,
      trans: nullTranslator.load(''),
      write: line => written(line, { root: '/srv', folder: '' }),
      moved: null,
      copy: () => {},
      insert: null,
      chooseFolder: null,
      run: async () => {}
    };
  }

  readonly actions: IActions;
  readonly model: KitModel;
  readonly server = new FakeServer({ ...ROUTES });

  /** What the dialog answered; nothing while it is open. */
  closed: unknown;
  dialog!: FormDialog<unknown>;

  static async make(): Promise<Desk> {
    const desk = new Desk();
    await desk.model.refresh();
    return desk;
  }

  async clear(): Promise<void> {
    await act(async () => Dialog.flush());
    this.model.dispose();
    document.body.replaceChildren();
  }

  async frame(): Promise<void> {
    await act(async () => void (await new Promise(resolve => setTimeout(resolve, 30))));
  }

  async shown(isSo: () => boolean, what: string): Promise<void> {
    for (let tries = 0; !isSo(); tries++) {
      if (tries > 100) {
        throw new Error(`waited in vain for ${what}: ${this.dialog.node.textContent}`);
      }
      await this.frame();
    }
    await this.frame(); // what else changed with it is drawn a frame later
  }

  async open<T>(form: Form<T>): Promise<void> {
    const title = this.actions.trans.__('A dialog');
    this.dialog = new FormDialog<T>({ title, form, accept: 'Go' }) as FormDialog<unknown>;
    this.closed = undefined;
    void this.dialog.launch().then(
      ({ value, button }) => (this.closed = button.accept ? value : 'cancelled'),
      () => undefined
    );
    await this.shown(() => this.dialog.isAttached, 'the dialog');
    await this.frame();
  }

  go(): HTMLButtonElement {
    return screen.getByRole('button', { name: 'Go', hidden: true });
  }

  async press(node: HTMLElement): Promise<void> {
    await act(async () => void fireEvent.click(node));
    await this.frame();
  }

  async type(label: string, value: string): Promise<void> {
    await act(async () => void fireEvent.change(screen.getByLabelText(label), { target: { value } }));
    await this.frame();
  }

  line(): string {
    return this.dialog.node.querySelector('.kitops-Line-text')?.textContent ?? '';
  }

  bodies(route: string): unknown[] {
    return this.server.asked.filter(each => `${each.method} ${each.path}` === route).map(each => each.body);
  }
}
