import { Widget } from '@lumino/widgets';
import { act, fireEvent, screen, within } from '@testing-library/react';

import { refusal } from '../../../__tests__/server';
import { CommandIDs } from '../../../tokens';
import { HOSTILE, kit, Page, SHOWN } from './page';

let page: Page;

beforeEach(async () => {
  page = await Page.open();
});

afterEach(() => page.close());

describe('a view of the kit', () => {
  it('ask for nothing before they are looked at', async () => {
    expect(page.server.asked.map(({ path }) => path)).not.toContain('history');
    await page.go('History', () => page.tab.node.textContent?.includes('2 tags') === true);
    expect(page.server.count('GET history')).toBe(1);
  });

  it("shows the Kitfile, with strangers' text made harmless and its problems by line", async () => {
    await page.go('Kitfile', () => page.tab.node.textContent?.includes('line 2') === true);
    const lines = [...page.tab.node.querySelectorAll('.kitops-Source-line')];
    expect(lines.map(each => each.textContent)).toEqual(['package:\n', '  name: app # <b>\ufffd\n', 'model:\n']);
    expect(lines.map(each => each.classList.contains('kitops-mod-marked'))).toEqual([false, true, false]);
    expect(page.tab.node.querySelector('img, b')).toBeNull();
  });

  it('looks for notebooks and shows the first', async () => {
    await page.go('Notebook', () => page.tab.node.textContent?.includes('read me') === true);
    expect(page.server.asked.filter(({ path }) => path === 'notebook').map(({ query }) => query.path)).toEqual([
      'x.ipynb'
    ]);
  });

  it('shows the history as a board of stages, and the tags', async () => {
    await page.go('History', () => page.tab.node.textContent?.includes('2 tags') === true);
    const places = [...page.tab.node.querySelectorAll('.kitops-Board-place')].map(each => each.textContent);
    expect(places).toHaveLength(8);
    expect(places[5]).toContain('championabc');
    const said = [...page.tab.node.querySelectorAll('tbody tr td:last-child')].map(each => each.textContent);
    expect(said).toEqual([SHOWN, '']);
    const [head, ...rows] = within(screen.getByRole('region', { name: 'Tags' })).getAllByRole('row');
    expect(head.textContent).toBe(`TagPacked ▾SizeDigestNameauc${SHOWN}Made fromMessage`);
    expect(rows.map(row => row.children[5].textContent)).toEqual(['0.9', '0.123457']);
    const made = [...page.tab.node.querySelectorAll('tbody tr td:nth-last-child(2)')].map(each => each.textContent);
    expect(made).toEqual([
      `aaaaaaaaaaaa ${SHOWN} 2 files changed` +
        '9 of 12 cells ran as saved, 1 edited since, 2 never ran, 1 that ran deleted since',
      ''
    ]);
    await page.click(page.button('Move this kit to champion'));
    expect(screen.getAllByRole('button', { name: /^Undo the last move/ })).toHaveLength(1);
    await page.click(page.button('Undo the last move to champion'));
    await page.click(page.button('v1'));
    expect(page.ran).toEqual([
      [CommandIDs.promote, { reference: 'corp/app:v1', to: 'champion', undo: false }],
      [CommandIDs.promote, { reference: 'corp/app:v1', to: 'champion', undo: true }],
      [CommandIDs.openKit, { reference: 'corp/app:v1' }]
    ]);
    expect(page.tab.node.querySelector('img')).toBeNull();
  });

  it('sorts the tags by a column, and filters them, without a question', async () => {
    const row = { created: '', size_bytes: 1, kit_name: '', problem: '', can_undo: false, message: '', metrics: {} };
    page.server.routes['GET history'] = () => [
      { ...row, tag: 'v2', digest: 'sha256:aa', created: '2026-01-02T00:00:00Z', size_bytes: 5 },
      {
        ...row,
        tag: 'v10',
        digest: 'sha256:bb',
        created: '2026-01-01T00:00:00Z',
        size_bytes: 9,
        message: 'less noise'
      },
      { ...row, tag: 'v1', digest: '', problem: 'broken', size_bytes: 99 }
    ];
    await page.go('History', () => page.tab.node.textContent?.includes('3 tags') === true);
    const tags = (): (string | null)[] =>
      [...page.tab.node.querySelectorAll('.kitops-History tbody td:first-child')].map(each => each.textContent);
    expect(tags()).toEqual(['v2', 'v10', 'v1']);
    await page.click(page.button('Size'));
    expect(tags()).toEqual(['v10', 'v2', 'v1']);
    expect(screen.getByRole('columnheader', { name: 'Size' }).getAttribute('aria-sort')).toBe('descending');
    await page.click(page.button('Size'));
    expect(tags()).toEqual(['v2', 'v10', 'v1']);
    await page.click(page.button('Tag'));
    expect(tags()).toEqual(['v2', 'v10', 'v1']);
    const filter = screen.getByLabelText('Filter the tags');
    for (const [text, found] of [
      ['NOISE', ['v10']],
      ['aa', ['v2']],
      ['none', []]
    ] as const) {
      await act(async () => void fireEvent.change(filter, { target: { value: text } }));
      expect(tags()).toEqual(found);
    }
    expect(page.tab.node.textContent).toContain('No tag has this.');
    expect(page.server.count('GET history')).toBe(1);
  });

  it('does not say that it has all tags where it has the first of many', async () => {
    const row = {
      digest: 'sha256:aa',
      created: '',
      size_bytes: 1,
      kit_name: '',
      problem: '',
      can_undo: false,
      message: '',
      metrics: {}
    };
    page.server.routes['GET history'] = () => Array.from({ length: 300 }, (_, at) => ({ ...row, tag: `v${at}` }));
    await page.go('History', () => page.tab.node.textContent?.includes('The first 300 tags of the registry') === true);
    expect(page.tab.node.textContent).toContain('The panel lists and searches all tags by name.');
  });

  it('is reached from its neighbour with the arrow keys', async () => {
    const [, first, second] = screen.getAllByRole('tab');
    first.focus();
    await act(async () => void fireEvent.keyDown(first, { key: 'ArrowRight' }));
    await page.frame();
    expect([document.activeElement, second.getAttribute('aria-selected')]).toEqual([second, 'true']);
    await act(async () => void fireEvent.keyDown(second, { key: 'End' }));
    await page.frame();
    expect(screen.getByRole('tab', { name: 'History' }).tabIndex).toBe(0);
  });
});

it('says why a kit cannot be read, and lets it be requested again', async () => {
  page.server.routes['GET kit'] = () => {
    throw refusal(502, 'unauthorized', `${HOSTILE} wants a sign-in`, 'kit login corp');
  };
  const other = page.make(HOSTILE);
  expect(other.title.label).toBe(SHOWN);
  await act(async () => Widget.attach(other, document.body));
  await page.shown(() => other.node.querySelector('[role=alert]') !== null, 'the error');
  expect(other.node.querySelector('[role=alert]')?.textContent).toContain(
    `${SHOWN} wants a sign-inThe registry requires you to sign in.`
  );
  page.server.routes['GET kit'] = () => kit;
  await page.click(within(other.node).getByRole('button', { name: 'Try again' }));
  await page.shown(() => other.node.querySelector('[role=tablist]') !== null, 'the kit');
  await act(async () => other.dispose());
});
