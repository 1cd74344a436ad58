import { act, screen } from '@testing-library/react';

import { until } from '../../../__tests__/server';
import { listingOf, reportOf } from '../kernelsaid';
import { PackForm } from '../pack';
import { Desk, HOSTILE, KITFILE } from './desk';
import { FakeKernel, listing, variable } from './kernel';

let at: Desk;
let kernel: FakeKernel;

const form = (): PackForm =>
  new PackForm(at.actions, {
    directory: 'work',
    notebook: 'work/nb.ipynb',
    session: kernel.session as never,
    save: async () => true
  });

const section = (): HTMLElement => screen.getByRole('region', { name: 'Variables in the kernel', hidden: true });
const says = (text: string): Promise<void> => at.shown(() => section().textContent?.includes(text) === true, text);
const button = (name: string | RegExp): HTMLElement => screen.getByRole('button', { name, hidden: true });
const ALL = [
  variable('clf', 'model', { type: 'sklearn.SVC', shape: [], size_bytes: null }),
  variable('train', 'dataset'),
  variable('auc', 'metric', { type: 'float', shape: [], size_bytes: null })
];

beforeEach(async () => {
  at = await Desk.make();
  kernel = new FakeKernel();
  kernel.answer = listing(ALL);
});

afterEach(() => at.clear());

/** The dialog with two ticked variables. */
async function ticked(): Promise<void> {
  await at.open(form());
  await says('train');
  await at.press(screen.getByLabelText('Pack the variable clf'));
  await at.press(screen.getByLabelText('Pack the variable train'));
  await at.shown(() => !at.go().disabled, 'the preview');
}

describe('the variables of a kernel', () => {
  it('are listed with their types and sizes, and are ticked as what they seem to be', async () => {
    await ticked();
    expect(kernel.asked).toEqual([{ folder: '/srv/work' }]);
    expect(section().textContent).toContain('pandas.DataFrame100 × 5 · 4.0 KiB');
    expect(at.line()).toBe('%kit pack . -t nb:latest --env --model clf --dataset train');
    expect(kernel.closed).toBe(1);
  });

  it('are packed as what somebody chooses, and are filtered', async () => {
    kernel.answer = listing([...ALL, ...['a', 'b', 'c', 'd'].map(name => variable(name, 'param'))]);
    await ticked();
    await at.type('Pack train as', 'param');
    expect(at.line()).toContain('--model clf --param train=train');
    await at.type('Filter variables', 'SVC');
    expect(section().querySelectorAll('li').length).toBe(1);
    expect(at.line()).toContain('--param train=train');
    await at.type('Filter variables', 'zzz');
    expect(section().textContent).toContain('None has this');
  });

  it('are packed by a line in full where the kernel works elsewhere, and not at all where it sees no folder', async () => {
    kernel.answer = listing(ALL, { place: 'elsewhere' });
    await ticked();
    expect(at.line()).toBe('%kit pack /srv/work -t nb:latest --env --model clf --dataset train');
    await at.clear();
    at = await Desk.make();
    kernel.answer = listing(ALL, { place: 'unseen' });
    await at.open(form());
    await says('does not see this folder');
    expect(section().querySelector('input')).toBeNull();
  });

  it('are listed when the kernel is idle again, and the dialog waits for none of that', async () => {
    kernel.status = 'busy';
    await at.open(form());
    await says('The kernel is busy');
    await at.shown(() => !at.go().disabled, 'the preview');
    expect(kernel.asked).toEqual([]);
    await act(async () => kernel.enter('idle'));
    await says('train');
  });

  it('are listed when the extension is loaded, or it is said why it cannot be', async () => {
    kernel.answer = 'unknown';
    await at.open(form());
    await says('has not loaded the extension');
    await at.press(button('Run %load_ext kitops_jupyter'));
    await act(() => kernel.ran[0].end({ status: 'error', ename: 'ModuleNotFoundError', evalue: HOSTILE }));
    await says('ModuleNotFoundError');
    expect(section().querySelector('img')).toBeNull();
    kernel.answer = 'unknown';
    await at.press(button('Try again'));
    await says('has not loaded the extension');
    await at.press(button('Run %load_ext kitops_jupyter'));
    kernel.answer = listing(ALL);
    await act(() => kernel.ran[1].end());
    await says('train');
    expect(kernel.ran.map(({ code }) => code)).toEqual(Array(2).fill('%load_ext kitops_jupyter'));
  });

  it.each([
    ['no Python kernel', (): void => void (kernel.language = 'R')],
    ['a dead one', (): void => void (kernel.status = 'dead')]
  ])('are not spoken of where there is %s', async (_, make) => {
    make();
    await at.open(form());
    await at.shown(() => !at.go().disabled, 'the preview');
    expect(screen.queryByRole('region', { name: 'Variables in the kernel', hidden: true })).toBeNull();
    expect(kernel.asked).toEqual([]);
  });
});

describe('a pack of variables', () => {
  const job = (): unknown => {
    const [{ state, done_bytes: done, total_bytes: total, error, result }] = at.model.jobs.all;
    return [state, done, total, error?.code ?? null, result?.files ?? null];
  };

  beforeEach(async () => {
    await ticked();
    await at.press(at.go());
    await at.shown(() => at.closed !== undefined, 'the end');
  });

  it('is the line that was shown, run by the kernel, and shown as a transfer to its end', async () => {
    expect(at.bodies('POST jobs')).toEqual([]);
    const [run] = kernel.ran;
    expect([run.code, run.metadata]).toEqual([
      '%kit pack . -t nb:latest --env --model clf --dataset train',
      { kitops_report: true }
    ]);
    expect(job()).toEqual(['waiting', 0, null, null, null]);
    run.publish('status', { execution_state: 'busy' });
    run.report({ progress: { done_bytes: 5, total_bytes: 10, items: [] } });
    expect(job()).toEqual(['running', 5, 10, null, null]);
    await at.model.jobs.refresh();
    expect(job()).toEqual(['running', 5, 10, null, null]); // the server knows nothing of it
    run.report({ result: { digest: 'sha256:a', files: 4, size_bytes: 9, text: 'Packed' } });
    await run.end();
    expect(job()).toEqual(['done', 5, 10, null, 4]);
    await at.model.jobs.end(at.model.jobs.all[0].id);
    expect(at.model.jobs.all.filter(({ id }) => id.startsWith('kernel-'))).toEqual([]);
  });

  it('that fails says why, and is tried again by the same line', async () => {
    const [run] = kernel.ran;
    run.report({ error: { code: 'variable_refused', message: 'clf: why', hint: '', details: [] } });
    run.publish('error', { ename: 'VariableRefused', evalue: 'clf' });
    await run.end({ status: 'error' });
    expect(job()).toEqual(['failed', 0, null, 'variable_refused', null]);
    await at.model.jobs.retry(at.model.jobs.all[0].id);
    expect(kernel.ran.map(({ code }) => code)).toEqual([run.code, run.code]);
  });

  it('whose kernel is gone, or says nothing, has failed', async () => {
    await kernel.ran[0].die();
    expect(job()).toEqual(['failed', 0, null, 'kernel_gone', null]);
    await at.model.jobs.retry(at.model.jobs.all[0].id);
    await kernel.ran[1].end();
    expect(at.model.jobs.all.map(({ error }) => error?.message)).toContain('the kernel did not say how it ended');
  });

  it('is cancelled by an interrupt, but never while another cell is what runs', async () => {
    const [run] = kernel.ran;
    await at.model.jobs.end(at.model.jobs.all[0].id);
    expect(kernel.interrupts).toBe(0);
    run.publish('status', { execution_state: 'busy' });
    await until(() => kernel.interrupts === 1, 'the interrupt');
    run.report({ error: { code: 'cancelled', message: 'interrupted', hint: '', details: [] } });
    await run.end({ status: 'error' });
    expect(job()).toEqual(['cancelled', 0, null, null, null]);
    await at.model.jobs.forget();
    expect(at.model.jobs.all).toEqual([]);
  });
});

describe('what a kernel says', () => {
  it.each([
    ['nothing', undefined],
    ['a text', 'variables'],
    ['no place', { total: 1, variables: [] }],
    ['another place', { place: '/etc', total: 1, variables: [] }],
    ['no total', { place: 'here', total: -1, variables: [] }],
    ['a total that is none', { place: 'here', total: Infinity, variables: [] }]
  ])('is no list if it is %s', (_, said) => expect(listingOf(said)).toBeNull());

  it('is taken without the variables that are none, and within limits', () => {
    const wrong = [
      null,
      'clf',
      { name: 'clf' },
      variable('a b', 'model'),
      variable('__import__("os")', 'model'),
      variable('{x}', 'model'),
      variable('a'.repeat(101), 'model'),
      variable('ok', 'virus')
    ];
    const odd = variable('odd', 'model', {
      type: 'x'.repeat(500),
      shape: ['1', 2, -3],
      size_bytes: 'many',
      items: NaN
    });
    expect(listingOf({ place: 'here', total: 0, variables: [...wrong, odd, odd] })).toEqual({
      place: 'here',
      total: 1,
      variables: [{ name: 'odd', role: 'model', type: 'x'.repeat(100), shape: [2], sizeBytes: null, items: null }]
    });
    const many = Array.from({ length: 5000 }, (_, number) => variable(`v${number}`, 'model'));
    expect(listingOf({ place: 'here', total: 5000, variables: many })?.variables.length).toBe(2000);
    expect(listingOf({ place: 'here', total: 3, variables: { length: 3 } })?.variables).toEqual([]);
  });

  it('of its work is taken as numbers and texts alone', () => {
    expect(reportOf({ progress: { done_bytes: '9', items: [{ name: 3, state: [] }, ...Array(99).fill({})] } })).toEqual(
      {
        progress: {
          done_bytes: 0,
          total_bytes: null,
          items: Array(12).fill({ name: '', done_bytes: 0, total_bytes: null, state: '', note: '' })
        }
      }
    );
    expect(reportOf({ error: { code: 1, details: 'all' } })).toEqual({
      error: { code: '', message: '', hint: '', details: [] }
    });
    expect([reportOf(null), reportOf([1]), reportOf('x')]).toEqual([{}, {}, {}]);
  });
});

it('a Kitfile of one own, too, goes to the kernel with the line', async () => {
  await ticked();
  await at.press(screen.getByLabelText('Pack big.csv'));
  await at.shown(() => !at.go().disabled, 'the preview');
  await at.press(at.go());
  await until(() => kernel.ran.length > 0, 'the run');
  expect(kernel.ran[0].code).toMatch(/^%%kit pack \. -t nb:latest --env --model clf --dataset train\nmodel:/);
  expect(kernel.ran[0].code).not.toContain('big.csv');
  expect(KITFILE).toContain('big.csv');
});
