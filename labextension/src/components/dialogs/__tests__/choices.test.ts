import { act, fireEvent, screen, within } from '@testing-library/react';

import type { CheckPack, PackCheck } from '../../../wire';
import { PackForm } from '../pack';
import { Desk, KITFILE, preview } from './desk';

const GIB = 1024 ** 3;
const NB = { key: 'code:0', section: 'code', name: '', path: 'nb.ipynb', files: 1, size_bytes: 9 };

let at: Desk;

beforeEach(async () => {
  at = await Desk.make();
});

afterEach(() => at.clear());

describe('the choice of layers', () => {
  const asked = (): CheckPack[] => at.bodies('POST check/pack') as CheckPack[];
  const ticks = (): boolean[] => screen.getAllByLabelText<HTMLInputElement>(/^Pack /).map(({ checked }) => checked);
  const included = (): string => screen.getByRole('heading', { name: /^Included/, hidden: true }).textContent ?? '';
  const group = (): HTMLElement => screen.getByRole('group', { name: 'Choose layers', hidden: true });
  const button = (name: string): HTMLElement => within(group()).getByRole('button', { name, hidden: true });
  const isSettled = (): Promise<void> => at.shown(() => !at.go().disabled, 'the preview');

  const open = async (notebook = '', answer?: (body: CheckPack) => Partial<PackCheck>): Promise<void> => {
    if (answer) {
      at.server.routes['POST check/pack'] = ({ body }) => preview(answer(body as CheckPack));
    }
    await at.open(new PackForm(at.actions, { directory: 'work', notebook, session: null, save: async () => true }));
    await isSettled();
  };
  const withNotebook = (): Partial<PackCheck> => ({ layers: [...preview().layers, NB] });

  it('leaves out every layer, or takes all in, with one look each, and the sum follows at once', async () => {
    await open();
    expect(included()).toBe('Included 5.5 KiB');
    await at.press(button('None'));
    expect([ticks(), included(), at.go().disabled]).toEqual([[false, false, false], 'Included 0 B', true]);
    expect(asked()).toHaveLength(1);
    await isSettled();
    await at.press(button('All'));
    expect([ticks(), included(), at.go().disabled]).toEqual([[true, true, true], 'Included 5.5 KiB', true]);
    await isSettled();
    expect(asked().map(({ dropped }) => dropped)).toEqual([[], ['model:0', 'dataset:0', 'dataset:1'], []]);
    expect(at.line()).toBe('%kit pack work -t work:latest');
  });

  it('looks once at many ticks, and packs nothing that was not looked at', async () => {
    await open();
    for (const name of ['m.onnx', 'big.csv', 'small.csv']) {
      await at.press(screen.getByLabelText(`Pack ${name}`));
      expect(at.go().disabled).toBe(true);
    }
    expect(included()).toBe('Included 0 B');
    await isSettled();
    expect(asked().map(({ dropped }) => dropped?.length)).toEqual([0, 3]);
  });

  it('tells the server what is shown as left out, so that no warning says so again', async () => {
    await open();
    await at.press(screen.getByLabelText('Pack big.csv'));
    await isSettled();
    expect(asked().map(({ told }) => told)).toEqual([[], ['.env', 'big.csv']]);
    expect(at.dialog.node.querySelector('.kitops-Preview-out')?.textContent).toContain('.env');
  });

  it('keeps only the notebook', async () => {
    await open('work/nb.ipynb', withNotebook);
    await at.press(button('Only this notebook'));
    expect([ticks(), included()]).toEqual([[false, false, false, true], 'Included 9 B']);
    await isSettled();
    expect(asked()[1]).toMatchObject({ kitfile: KITFILE, dropped: ['model:0', 'dataset:0', 'dataset:1'] });
  });

  it('offers no notebook where a folder is packed', async () => {
    await open();
    expect(within(group()).queryByText('Only this notebook')).toBeNull();
  });

  it.each([
    ['in a folder with other files', [{ ...NB, path: 'notebooks', files: 3 }]],
    ['in no layer', []]
  ])('says why a notebook that is %s cannot be packed alone', async (_, layers) => {
    await open('work/notebooks/nb.ipynb', () => ({ layers: [...preview().layers, ...layers] }));
    const only = button('Only this notebook');
    expect(only.getAttribute('aria-disabled')).toBe('true');
    expect(document.getElementById(only.getAttribute('aria-describedby')!)?.textContent).toContain('no entry for the');
    await at.press(only);
    expect(ticks()).not.toContain(false);
  });

  it('takes a folder that holds nothing but the notebook for the notebook', async () => {
    const folder = { ...NB, path: 'notebooks' };
    await open('work/notebooks/nb.ipynb', () => ({ layers: [...preview().layers, folder] }));
    await at.press(button('Only this notebook'));
    expect(ticks()).toEqual([false, false, false, true]);
  });

  it('says which entry has to stay once it was tried, and keeps it with None', async () => {
    await open('work/nb.ipynb', ({ dropped }) => ({
      ...withNotebook(),
      kept: dropped?.includes('model:0') ? ['model:0'] : []
    }));
    const only = button('Only this notebook');
    only.focus();
    await at.press(only);
    await isSettled();
    expect(ticks()).toEqual([true, false, false, true]);
    expect([only.getAttribute('aria-disabled'), document.activeElement]).toEqual(['true', only]);
    expect(group().textContent).toContain('need the entry of m.onnx');
    await at.press(button('None'));
    expect(ticks()).toEqual([true, false, false, false]);
  });

  it('warns of much, whatever the Kitfile is, until it is less', async () => {
    const [, large] = preview().layers;
    await open('', () => ({ is_proposed: false, layers: [{ ...large!, size_bytes: 3 * GIB }, NB] }));
    expect(screen.getByText(/more than 1\.0 GiB/).textContent).toBe(
      'These files have 3.0 GiB, more than 1.0 GiB: untick what the kit does not need.'
    );
    await at.press(screen.getByLabelText('Pack big.csv'));
    expect(screen.queryByText(/more than 1\.0 GiB/)).toBeNull();
  });

  it('takes nothing out of a text that is not looked at yet', async () => {
    await open();
    const area = at.dialog.node.querySelector<HTMLTextAreaElement>('.kitops-Preview-text')!;
    const typed = KITFILE.replace('m.onnx', 'n.onnx');
    await act(async () => void fireEvent.change(area, { target: { value: typed } }));
    await at.press(button('None'));
    expect([area.value, screen.getByLabelText<HTMLInputElement>('Pack big.csv').disabled]).toEqual([typed, true]);
    await isSettled();
    await at.press(screen.getByLabelText('Pack big.csv'));
    await isSettled();
    expect(asked().map(({ kitfile, dropped }) => [kitfile, dropped])).toEqual([
      ['', []],
      [typed, []],
      [typed, ['dataset:0']]
    ]);
  });

  it('lists the layers again that links bring in, whatever was left out before', async () => {
    await open('', ({ follow_links: follows }) => ({
      warnings: follows ? [] : ['left out a link; --follow-links packs what it points to'],
      layers: follows ? [...preview().layers, NB] : preview().layers
    }));
    await at.press(screen.getByLabelText('Pack big.csv'));
    await at.press(screen.getByLabelText(/^Follow links/));
    await isSettled();
    expect(ticks()).toEqual([true, true, true, true]);
    await new Promise(resolve => setTimeout(resolve, 600));
    expect(asked().map(({ dropped, follow_links: follows }) => [dropped, follows])).toEqual([
      [[], false],
      [[], true]
    ]);
  });
});
