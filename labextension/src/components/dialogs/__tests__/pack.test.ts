import { act, fireEvent, screen } from '@testing-library/react';

import { PackForm } from '../pack';
import { refusal } from '../../../__tests__/server';
import { Desk, HOSTILE, KITFILE, preview } from './desk';

let at: Desk;

beforeEach(async () => {
  at = await Desk.make();
});

afterEach(() => at.clear());

describe('pack', () => {
  let saved: number;
  const form = (notebook = ''): PackForm =>
    new PackForm(at.actions, { directory: 'work', notebook, session: null, save: async () => ++saved > 0 });

  beforeEach(() => {
    saved = 0;
  });

  it('shows what goes in, what stays out and why, and warns', async () => {
    await at.open(form());
    await at.shown(() => at.dialog.node.textContent?.includes('Included') === true, 'the preview');
    expect(at.dialog.node.textContent).toContain('.env may contain a secret');
    expect(at.dialog.node.querySelector('.kitops-Warnings')?.textContent).toBe(HOSTILE);
    expect(at.dialog.node.querySelector('img')).toBeNull();
    expect(at.line()).toBe('%kit pack work -t work:latest');
  });

  it('saves the notebook before the preview, and what was typed since before the pack', async () => {
    const order: string[] = [];
    at.server.routes['POST check/pack'] = () => (order.push(`look ${saved}`), preview());
    await at.open(form('work/nb.ipynb'));
    await at.shown(() => !at.go().disabled, 'the preview');
    await at.press(at.go());
    await at.shown(() => at.closed !== undefined, 'the end');
    expect([order, saved]).toEqual([['look 1'], 2]);
    expect(at.bodies('POST jobs')).toEqual([
      {
        kind: 'pack',
        directory: 'work',
        notebook: 'work/nb.ipynb',
        kitfile: KITFILE,
        add_notebook: false,
        reference: 'nb:latest',
        message: '',
        record_environment: true,
        push: false,
        follow_links: false
      }
    ]);
  });

  it('packs with a message of several lines, which the line says a flag each', async () => {
    await at.open(form());
    await at.shown(() => !at.go().disabled, 'the preview');
    const alert = (): Element | null => screen.queryByRole('alert', { hidden: true });
    const write = (value: string): Promise<void> => at.type('Message', value);
    await write(' deeper trees\n\n- why: \u202e\n');
    expect([at.go().disabled, alert()?.textContent]).toEqual([
      true,
      'Remove the invisible character U+202E in line 3, column 8'
    ]);
    await write('x'.repeat(4097));
    expect(alert()?.textContent).toContain('expected at most 4096');
    await write(' deeper trees\n\n- why: AUC\n');
    expect(alert()).toBeNull();
    expect(at.line()).toBe("%kit pack work -t work:latest -m 'deeper trees' -m '' '--message=- why: AUC'");
    await at.press(at.go());
    await at.shown(() => at.closed !== undefined, 'the end');
    expect(at.bodies('POST jobs')).toEqual([expect.objectContaining({ message: 'deeper trees\n\n- why: AUC' })]);
  });

  it('drops an unticked layer from the Kitfile, and adds it again when it is ticked', async () => {
    await at.open(form());
    await at.shown(() => !at.go().disabled, 'the preview');
    const area = (): string => at.dialog.node.querySelector<HTMLTextAreaElement>('.kitops-Preview-text')!.value;
    await at.press(screen.getByLabelText('Pack big.csv'));
    await at.shown(() => !at.go().disabled, 'the preview');
    expect([area().includes('big.csv'), area().includes('small.csv')]).toEqual([false, true]);
    expect(at.line()).toBe(`%%kit pack work -t work:latest\n${area()}`);
    const words = [...at.dialog.node.querySelectorAll('.kitops-Line-text > span')];
    expect(words.filter(({ textContent }) => textContent?.includes('\n'))).toEqual([]);
    await at.press(screen.getByLabelText('Pack small.csv'));
    await at.shown(() => !at.go().disabled, 'the preview');
    expect(area()).toBe('model:\n  path: m.onnx\n');
    await at.press(screen.getByLabelText('Pack small.csv'));
    await at.press(screen.getByLabelText('Pack big.csv'));
    await at.shown(() => !at.go().disabled, 'the preview');
    expect(area()).toBe(KITFILE);
    const asked = at.bodies('POST check/pack') as { kitfile: string; dropped: string[] }[];
    expect(asked.map(({ kitfile, dropped }) => [kitfile, dropped])).toEqual([
      ['', []],
      [KITFILE, ['dataset:0']],
      [KITFILE, ['dataset:0', 'dataset:1']],
      ['', []]
    ]);
    expect(at.line()).toBe('%kit pack work -t work:latest');
  });

  it('keeps a layer ticked whose entry the rest of the Kitfile needs, and says why', async () => {
    at.server.routes['POST check/pack'] = ({ body }) => preview({ kept: (body as { dropped: string[] }).dropped });
    await at.open(form());
    await at.shown(() => !at.go().disabled, 'the preview');
    const box = (): HTMLInputElement => screen.getByLabelText('Pack big.csv');
    await at.press(box());
    await at.shown(() => !at.go().disabled, 'the preview');
    expect([box().checked, box().disabled]).toEqual([true, true]);
    expect(box().closest('li')?.title).toContain('need its entry');
  });

  it('waits until a Kitfile that was typed was looked at, and is refused for one with problems', async () => {
    await at.open(form());
    await at.shown(() => !at.go().disabled, 'the preview');
    const area = at.dialog.node.querySelector<HTMLTextAreaElement>('.kitops-Preview-text')!;
    await act(async () => void fireEvent.change(area, { target: { value: 'model:\n  nam: 3\n' } }));
    await at.frame();
    expect(at.go().disabled).toBe(true);
    await at.shown(() => at.dialog.node.querySelector('.kitops-Problems') !== null, 'the problems');
    expect(at.go().disabled).toBe(true);
    await at.press(screen.getByRole('button', { name: 'line 2', hidden: true }));
    expect([document.activeElement, area.selectionStart, area.selectionEnd]).toEqual([area, 7, 15]);
    await at.press(screen.getByRole('button', { name: 'Start over', hidden: true }));
    await at.shown(
      () => at.dialog.node.querySelector<HTMLTextAreaElement>('.kitops-Preview-text')!.value === KITFILE,
      'the first Kitfile'
    );
    await at.shown(() => !at.go().disabled, 'the preview');
  });

  it('offers to follow links where there are some, and looks again', async () => {
    const asked: boolean[] = [];
    at.server.routes['POST check/pack'] = ({ body }) => {
      const { follow_links: follows } = body as { follow_links: boolean };
      asked.push(follows);
      return follows
        ? preview({ command: { words: ['pack', 'work', '--follow-links'], paths: [1] } })
        : preview({ warnings: ['model: left out a link: m.onnx; --follow-links packs what links point to'] });
    };
    await at.open(form());
    await at.shown(() => !at.go().disabled, 'the preview');
    await at.press(screen.getByLabelText(/^Follow links/));
    await at.shown(() => at.line()?.includes('--follow-links') === true, 'the line');
    await at.shown(() => !at.go().disabled, 'the preview');
    expect(at.line()).toBe('%kit pack work --follow-links -t work:latest');
    await at.press(at.go());
    await at.shown(() => at.closed !== undefined, 'the end');
    expect(asked).toEqual([false, true]);
    expect(at.bodies('POST jobs')).toEqual([expect.objectContaining({ follow_links: true })]);
  });

  it('speaks of no links if there are none', async () => {
    await at.open(form());
    await at.shown(() => !at.go().disabled, 'the preview');
    expect(screen.queryByLabelText(/^Follow links/)).toBeNull();
  });

  it('offers to follow links where nothing else is left to pack', async () => {
    at.server.routes['POST check/pack'] = ({ body }) => {
      if ((body as { follow_links: boolean }).follow_links) {
        return preview();
      }
      throw refusal(422, 'kitfile_invalid', 'the layer is empty', 'kit pack FOLDER --follow-links');
    };
    await at.open(form());
    await at.shown(() => screen.queryByLabelText(/^Follow links/) !== null, 'the choice');
    expect(at.go().disabled).toBe(true);
    await at.press(screen.getByLabelText(/^Follow links/));
    await at.shown(() => !at.go().disabled, 'the preview');
  });

  it('offers the notebook that the Kitfile of the folder lacks, and writes it there when it shall', async () => {
    const nb = { key: 'code:0', section: 'code', name: '', path: 'nb.ipynb', files: 1, size_bytes: 9 };
    const body = `${KITFILE}code:\n  - path: nb.ipynb\n`;
    at.server.routes['POST check/pack'] = () =>
      preview({ kitfile: body, is_proposed: false, layers: [...preview().layers, nb], added: 'nb.ipynb' });
    await at.open(form('work/nb.ipynb'));
    await at.shown(() => !at.go().disabled, 'the preview');
    const tick = (): HTMLInputElement => screen.getByLabelText('Add it to the Kitfile');
    expect([screen.getByLabelText<HTMLInputElement>('Pack nb.ipynb').checked, tick().checked]).toEqual([true, false]);
    expect(at.line()).toBe(`%%kit pack work -t nb:latest --env\n${body}`);
    await at.press(tick());
    expect(at.line()).toBe('%kit pack work -t nb:latest --add-notebook --env');
    await at.press(screen.getByLabelText('Pack nb.ipynb'));
    expect(screen.queryByLabelText('Add it to the Kitfile')).toBeNull();
    await at.press(screen.getByLabelText('Pack nb.ipynb'));
    await at.shown(() => !at.go().disabled, 'the preview');
    await at.press(at.go());
    await at.shown(() => at.closed !== undefined, 'the end');
    expect(at.bodies('POST jobs')).toEqual([expect.objectContaining({ kitfile: body, add_notebook: true })]);
  });

  it('needs a name with a registry to push', async () => {
    await at.open(form());
    await at.shown(() => !at.go().disabled, 'the preview');
    await at.press(screen.getByLabelText('Also push it to its registry'));
    expect(at.go().disabled).toBe(true);
    await at.type('Name of the kit', 'corp/churn:v1');
    expect([at.go().disabled, at.line()]).toEqual([false, '%kit pack work -t corp/churn:v1 --push']);
  });
});
