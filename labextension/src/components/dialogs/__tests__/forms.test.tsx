import { Dialog } from '@jupyterlab/apputils';
import { nullTranslator } from '@jupyterlab/translation';
import { act, fireEvent, screen } from '@testing-library/react';

import type { Route } from '../../../__tests__/server';
import { FakeServer, job, jobs, local, refusal, row, status } from '../../../__tests__/server';
import { KitModel } from '../../../model';
import type { PackCheck } from '../../../wire';
import type { IActions } from '../actions';
import type { Form } from '../form';
import { FormDialog } from '../form';
import { PackForm } from '../pack';
import { PromoteForm } from '../promote';
import { PushForm } from '../push';
import { RemoveForm } from '../remove';
import { TagForm } from '../tag';

const HOSTILE = '<img src=x onerror=alert(1)>';

const KITFILE = 'model:\n  path: m.onnx\ndatasets:\n  - path: big.csv\n  - path: small.csv\n';

const preview = (more: Partial<PackCheck> = {}): PackCheck => ({
  kitfile: KITFILE,
  is_proposed: true,
  layers: [
    { section: 'model', name: '', path: 'm.onnx', files: 1, size_bytes: 1024 },
    { section: 'dataset', name: '', path: 'big.csv', files: 1, size_bytes: 4096 },
    { section: 'dataset', name: '', path: 'small.csv', files: 1, size_bytes: 512 }
  ],
  left_out: [['.env', 'may hold a secret']],
  warnings: [HOSTILE],
  problems: [],
  command: '%kit pack work',
  ...more
});

const ROUTES: { [route: string]: Route } = {
  'GET status': () => status(row('corp')),
  'GET local': () => local('churn:tuned', 'churn:old'),
  'GET jobs': () => jobs('e1', 0),
  'GET kit': () => ({ digest: 'sha256:new' }),
  'GET history': () => [
    { tag: 'champion', digest: 'sha256:old', created: '', size_bytes: 1, kit_name: '' },
    { tag: 'challenger', digest: 'sha256:new', created: '', size_bytes: 1, kit_name: '' }
  ],
  'POST jobs': () => job('j1'),
  'POST tag': () => ({ command: '', text: '' }),
  'POST promote': () => ({ command: '', text: 'moved' }),
  'POST remove': ({ body }) => {
    const { force } = body as { force: boolean };
    return { freed_bytes: force ? 4096 : 0, references: ['churn:tuned', HOSTILE], text: '' };
  },
  'POST check/pack': ({ body }) => {
    const { kitfile } = body as { kitfile: string };
    return kitfile.includes('nam:')
      ? preview({ kitfile, problems: [{ line: 2, column: 1, field: '', message: 'unknown field', hint: '' }] })
      : preview({ kitfile: kitfile || KITFILE });
  }
};

let server: FakeServer;
let model: KitModel;
let actions: IActions;
let dialog: FormDialog<unknown>;
let closed: unknown;

beforeEach(async () => {
  server = new FakeServer({ ...ROUTES });
  model = new KitModel({ services: server.services as never, standby: 'never' });
  await model.refresh();
  closed = undefined;
  actions = {
    model,
    trans: nullTranslator.load(''),
    copy: () => {},
    insert: null,
    chooseFolder: null,
    run: async () => {}
  };
});

afterEach(async () => {
  await act(async () => Dialog.flush());
  model.dispose();
  document.body.replaceChildren();
});

const frame = (): Promise<void> => act(() => new Promise(resolve => setTimeout(resolve, 30)));
const shown = async (isSo: () => boolean, what: string): Promise<void> => {
  for (let tries = 0; !isSo(); tries++) {
    if (tries > 100) {
      throw new Error(`waited in vain for ${what}: ${dialog.node.textContent}`);
    }
    await frame();
  }
};
const open = async <T,>(form: Form<T>, accept = 'Go'): Promise<void> => {
  dialog = new FormDialog<T>({ title: 'Title', form, accept }) as FormDialog<unknown>;
  void dialog.launch().then(
    ({ value, button }) => (closed = button.accept ? value : 'cancelled'),
    () => undefined
  );
  await shown(() => dialog.isAttached, 'the dialog');
  await frame();
};
const go = (): HTMLButtonElement => screen.getByRole<HTMLButtonElement>('button', { name: 'Go', hidden: true });
const press = async (node: HTMLElement): Promise<void> => {
  await act(async () => void fireEvent.click(node));
  await frame();
};
const type = async (label: string, value: string): Promise<void> => {
  await act(async () => void fireEvent.change(screen.getByLabelText(label), { target: { value } }));
  await frame();
};
const line = (): string => dialog.node.querySelector('.kitops-Line-text')?.textContent ?? '';
const bodies = (route: string): unknown[] =>
  server.asked.filter(each => `${each.method} ${each.path}` === route).map(each => each.body);

describe('push', () => {
  it('goes to a registry that is known, and says the line', async () => {
    await open(new PushForm(actions, 'churn:tuned'));
    expect(document.activeElement).toBe(screen.getByLabelText('To'));
    expect(line()).toBe('%kit push churn:tuned corp/churn:tuned');
    await press(go());
    await shown(() => closed !== undefined, 'the end');
    expect(bodies('POST jobs')).toEqual([{ kind: 'push', reference: 'churn:tuned', destination: 'corp/churn:tuned' }]);
  });

  it('is refused for a name that leads to no registry, before anything is sent', async () => {
    await open(new PushForm(actions, 'churn:tuned'));
    await type('To', 'churn:v1');
    expect([go().disabled, line()]).toEqual([true, '']);
    await press(go());
    expect([bodies('POST jobs'), closed]).toEqual([[], undefined]);
  });

  it('that the server refuses leaves the dialog as it was filled in, with the reason', async () => {
    server.routes['POST jobs'] = () => {
      throw refusal(409, 'conflict', `${HOSTILE} is not here`, 'kit list');
    };
    await open(new PushForm(actions, 'churn:tuned'));
    await type('To', 'corp/other:v1');
    await press(go());
    await shown(() => dialog.node.querySelector('.kitops-Failure') !== null, 'the reason');
    expect(dialog.node.querySelector('.kitops-Failure')?.textContent).toContain(`${HOSTILE} is not herekit list`);
    expect(screen.getByLabelText<HTMLInputElement>('To').value).toBe('corp/other:v1');
    expect([dialog.isAttached, go().disabled, closed]).toEqual([true, false, undefined]);
  });

  it('Enter sends it, Escape does not', async () => {
    await open(new PushForm(actions, 'churn:tuned'));
    await act(async () => void fireEvent.keyDown(screen.getByLabelText('To'), { key: 'Escape' }));
    await shown(() => closed !== undefined, 'the end');
    expect([closed, bodies('POST jobs')]).toEqual(['cancelled', []]);
    closed = undefined;
    await open(new PushForm(actions, 'churn:tuned'));
    await act(async () => void fireEvent.keyDown(screen.getByLabelText('To'), { key: 'Enter' }));
    await shown(() => closed !== undefined, 'the end');
    expect(bodies('POST jobs')).toHaveLength(1);
  });
});

describe('tag', () => {
  it('says which kit loses the name', async () => {
    await open(new TagForm(actions, 'churn:tuned'));
    expect(go().disabled).toBe(true);
    await type('Name', 'churn:old');
    expect(dialog.node.textContent).toContain('This name stands for sha256:ab now');
    expect(line()).toBe('%kit tag churn:tuned churn:old');
    await press(go());
    await shown(() => closed === 'churn:old', 'the end');
    expect(bodies('POST tag')).toEqual([{ source: 'churn:tuned', target: 'churn:old' }]);
  });
});

describe('remove', () => {
  it('says what goes and how many bytes are freed, before anything does', async () => {
    await open(new RemoveForm(actions, 'churn:tuned', false));
    await shown(() => dialog.node.textContent?.includes('2 names go') === true, 'what goes');
    expect(dialog.node.textContent).toContain('No space is freed');
    expect(dialog.node.querySelector('img')).toBeNull();
    await press(screen.getByLabelText('The kit with all its tags'));
    await shown(() => dialog.node.textContent?.includes('4.0 KiB are freed') === true, 'the bytes');
    expect(line()).toBe('%kit remove churn:tuned --force');
    expect(bodies('POST remove').every(body => (body as { dry_run: boolean }).dry_run)).toBe(true);
    await press(go());
    await shown(() => closed !== undefined, 'the end');
    expect(bodies('POST remove').pop()).toEqual({
      references: ['churn:tuned'],
      remote: false,
      force: true,
      dry_run: false
    });
  });

  it('in a registry has a line that says so', async () => {
    await open(new RemoveForm(actions, 'corp/churn:tuned', true));
    await shown(() => dialog.node.textContent?.includes('when it cleans up') === true, 'what goes');
    expect(line()).toBe('%kit remove corp/churn:tuned --remote');
  });
});

describe('promote', () => {
  it('says what moves from where to where', async () => {
    await open(new PromoteForm(actions, 'corp/churn:challenger', 'champion', false));
    await shown(() => dialog.node.querySelector('.kitops-Moves') !== null, 'the moves');
    expect([...dialog.node.querySelectorAll('.kitops-Moves tbody tr')].map(each => each.textContent)).toEqual([
      'rollbacknothing→old',
      'championold→new'
    ]);
    await press(go());
    await shown(() => closed !== undefined, 'the end');
    expect(bodies('POST promote')).toEqual([{ reference: 'corp/churn:challenger', to: 'champion', undo: false }]);
  });

  it('to where it is can not be asked for', async () => {
    await open(new PromoteForm(actions, 'corp/churn:challenger', 'challenger', false));
    await shown(() => dialog.node.textContent?.includes('nothing moves') === true, 'the reason');
    expect(go().disabled).toBe(true);
    await press(screen.getByLabelText(/^retired/));
    expect([go().disabled, line()]).toEqual([false, '%kit promote corp/churn:challenger --to retired']);
  });

  it('the dialog has the focus though its button can not be pressed yet, so that Escape leaves', async () => {
    server.routes['GET history'] = () => new Promise(() => {});
    await open(new PromoteForm(actions, 'corp/churn:challenger', '', false));
    expect(dialog.node.contains(document.activeElement)).toBe(true);
    await act(async () => void fireEvent.keyDown(document.activeElement!, { key: 'Escape' }));
    await shown(() => closed === 'cancelled', 'the end');
  });
});

describe('pack', () => {
  let saved: number;
  const form = (notebook = ''): PackForm =>
    new PackForm(actions, { directory: 'work', notebook, save: async () => ++saved > 0 });

  beforeEach(() => {
    saved = 0;
  });

  it('shows what goes in, what stays out and why, and warns', async () => {
    await open(form());
    await shown(() => dialog.node.textContent?.includes('Goes in') === true, 'the preview');
    expect(dialog.node.textContent).toContain('.env may hold a secret');
    expect(dialog.node.querySelector('.kitops-Warnings')?.textContent).toBe(HOSTILE);
    expect(dialog.node.querySelector('img')).toBeNull();
    expect(line()).toBe('%kit pack work -t work:latest');
  });

  it('saves the notebook before the preview, and what was typed since before the pack', async () => {
    const order: string[] = [];
    server.routes['POST check/pack'] = () => (order.push(`look ${saved}`), preview());
    await open(form('work/nb.ipynb'));
    await shown(() => !go().disabled, 'the preview');
    await press(go());
    await shown(() => closed !== undefined, 'the end');
    expect([order, saved]).toEqual([['look 1'], 2]);
    expect(bodies('POST jobs')).toEqual([
      {
        kind: 'pack',
        directory: 'work',
        notebook: 'work/nb.ipynb',
        kitfile: KITFILE,
        reference: 'nb:latest',
        record_environment: true,
        push: false
      }
    ]);
  });

  it('a layer that is not ticked is not in the Kitfile, and is there again when it is', async () => {
    await open(form());
    await shown(() => !go().disabled, 'the preview');
    const area = (): string => dialog.node.querySelector('textarea')!.value;
    await press(screen.getByLabelText('Pack big.csv'));
    expect([area().includes('big.csv'), area().includes('small.csv'), line()]).toEqual([false, true, '']);
    await press(screen.getByLabelText('Pack small.csv'));
    expect(area()).toBe('model:\n  path: m.onnx\n');
    await press(screen.getByLabelText('Pack small.csv'));
    await press(screen.getByLabelText('Pack big.csv'));
    expect(area()).toBe(KITFILE);
  });

  it('waits until a Kitfile that was typed was looked at, and is refused for one with problems', async () => {
    await open(form());
    await shown(() => !go().disabled, 'the preview');
    const area = dialog.node.querySelector('textarea')!;
    await act(async () => void fireEvent.change(area, { target: { value: 'model:\n  nam: 3\n' } }));
    await frame();
    expect(go().disabled).toBe(true);
    await shown(() => dialog.node.querySelector('.kitops-Problems') !== null, 'the problems');
    expect(go().disabled).toBe(true);
    await press(screen.getByRole('button', { name: 'line 2', hidden: true }));
    expect([document.activeElement, area.selectionStart, area.selectionEnd]).toEqual([area, 7, 15]);
    await press(screen.getByRole('button', { name: 'Begin again', hidden: true }));
    await shown(() => !go().disabled, 'the preview');
    expect(area.value).toBe(KITFILE);
  });

  it('to be pushed, the name begins with a registry', async () => {
    await open(form());
    await shown(() => !go().disabled, 'the preview');
    await press(screen.getByLabelText('Push it to its registry, too'));
    expect(go().disabled).toBe(true);
    await type('Name of the kit', 'corp/churn:v1');
    expect([go().disabled, line()]).toEqual([false, '%kit pack work -t corp/churn:v1 --push']);
  });
});
