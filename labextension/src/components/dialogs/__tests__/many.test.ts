// What is done with several kits, or with the store as a whole: all of it is named before anything is done.

import { screen } from '@testing-library/react';

import { refusal } from '../../../__tests__/server';
import { CleanUpForm } from '../cleanup';
import { CopyForm } from '../copy';
import { RemoveForm } from '../remove';
import { Desk, HOSTILE } from './desk';

let at: Desk;

beforeEach(async () => {
  at = await Desk.make();
});

afterEach(() => at.clear());

const names = (): (string | null)[] =>
  [...at.dialog.node.querySelectorAll('.kitops-Chosen li')].map(each => each.textContent);

describe('several kits', () => {
  it('are all named, removed with one answer, and those that stay are there with the reasons', async () => {
    const error = { code: 'registry_error', message: 'cannot delete a tag', hint: '', details: [] };
    at.server.routes['POST remove'] = ({ body }) => {
      const { references, dry_run } = body as { references: string[]; dry_run: boolean };
      const [first] = references;
      const failed = !dry_run && first.startsWith('corp/') ? [{ reference: first, error }] : [];
      return { freed_bytes: 0, references: failed.length ? references.slice(1) : references, text: '', failed };
    };
    const here = ['churn:tuned', 'churn:old'].map(reference => ({ reference, isRemote: false }));
    const there = ['corp/churn:a', 'corp/churn:b'].map(reference => ({ reference, isRemote: true }));
    await at.open(new RemoveForm(at.actions, [...here, ...there]));
    await at.shown(() => !at.go().disabled, 'the preview');
    expect(names()).toEqual(['churn:tuned', 'churn:old', 'corp/churn:a', 'corp/churn:b']);
    expect([...at.dialog.node.querySelectorAll('.kitops-Line-text')].map(each => each.textContent)).toEqual([
      '%kit remove churn:tuned churn:old',
      '%kit remove corp/churn:a corp/churn:b --remote'
    ]);
    await at.press(at.go());
    await at.shown(() => at.dialog.node.textContent?.includes('1 of 4 could not be removed') === true, 'the rest');
    expect(at.closed).toBeUndefined();
    expect(at.dialog.node.textContent).toContain('corp/churn:a: cannot delete a tag');
    expect(at.dialog.node.querySelector('.kitops-Name')?.textContent).toBe('corp/churn:a');
  });

  it('are named also when one cannot be read, and the registry that fails hides no local one', async () => {
    at.server.routes['POST remove'] = ({ body }) => {
      if ((body as { remote: boolean }).remote) {
        throw refusal(504, 'unreachable', 'corp does not answer');
      }
      return { freed_bytes: 1024, references: ['churn:old'], text: '', failed: [] };
    };
    const both = [
      { reference: 'churn:old', isRemote: false },
      { reference: 'corp/churn:a', isRemote: true }
    ];
    await at.open(new RemoveForm(at.actions, both));
    await at.shown(() => !at.go().disabled, 'the preview');
    expect(at.dialog.node.textContent).toContain('corp/churn:a will stay: corp does not answer');
    expect(at.dialog.node.textContent).toContain('Frees 1.0 KiB');
  });
});

describe('a copy', () => {
  it('names the registry, the repository and the tag, and is the line that it shows', async () => {
    await at.open(new CopyForm(at.actions, 'corp/churn:tuned'));
    expect(at.go().disabled).toBe(true);
    await at.type('To the registry', 'corp');
    expect(at.go().disabled).toBe(true);
    expect(at.dialog.node.textContent).toContain('This is the kit itself');
    await at.type('To the registry', 'mirror.example.com');
    await at.type('Tag', 'v1');
    expect(at.line()).toBe('%kit copy corp/churn:tuned mirror.example.com/churn:v1');
    await at.press(at.go());
    await at.shown(() => at.closed !== undefined, 'the end');
    expect(at.bodies('POST jobs')).toEqual([
      { kind: 'copy', source: 'corp/churn:tuned', destination: 'mirror.example.com/churn:v1' }
    ]);
  });
});

describe('a clean-up', () => {
  const use = {
    store: '~/.kitops/storage',
    store_bytes: 8192,
    kits: 3,
    untagged: [{ reference: `churn@${HOSTILE}`, size_bytes: 4096, created: '' }],
    untagged_bytes: 2048,
    cache: '~/.kitops/cache',
    cache_files: 2,
    cache_bytes: 512,
    stamp: 'of these'
  };

  it('shows what there is, chooses nothing by itself, and removes what was shown', async () => {
    at.server.routes['GET disk'] = () => use;
    at.server.routes['POST disk'] = () => ({ freed_bytes: 2048 });
    await at.open(new CleanUpForm(at.actions));
    await at.shown(() => at.dialog.node.querySelector('table') !== null, 'the table');
    expect(at.dialog.node.textContent).toContain('8.0 KiB');
    expect([at.go().disabled, at.line()]).toEqual([true, '%kit clean']);
    await at.press(screen.getByLabelText('Remove the kit without a tag'));
    expect(at.dialog.node.querySelector('.kitops-Untagged')?.textContent).toContain('churn@');
    expect([at.dialog.node.querySelector('img'), at.line()]).toEqual([null, '%kit clean --yes --untagged']);
    await at.press(at.go());
    await at.shown(() => at.closed !== undefined, 'the end');
    expect(at.bodies('POST disk')).toEqual([{ untagged: 'of these', cache: false }]);
  });

  it('of nothing says that there is nothing', async () => {
    at.server.routes['GET disk'] = () => ({ ...use, untagged: [], untagged_bytes: 0 });
    await at.open(new CleanUpForm(at.actions));
    await at.shown(() => at.dialog.node.querySelector('table') !== null, 'the table');
    const remove = screen.getByLabelText<HTMLInputElement>('Remove kits without a tag: there are none');
    expect([remove.disabled, at.dialog.node.textContent?.includes('No kit is without a tag')]).toEqual([true, true]);
  });

  it('has one line for what is chosen', async () => {
    at.server.routes['GET disk'] = () => use;
    await at.open(new CleanUpForm(at.actions));
    await at.shown(() => at.dialog.node.querySelector('table') !== null, 'the table');
    await at.press(screen.getByLabelText(/^Empty the cache/));
    expect(at.line()).toBe('%kit clean --yes --cache');
    await at.press(screen.getByLabelText('Remove the kit without a tag'));
    expect(at.line()).toBe('%kit clean --yes');
  });

  it('of what changed meanwhile removes nothing, and shows it again', async () => {
    at.server.routes['GET disk'] = () => use;
    at.server.routes['POST disk'] = () => {
      throw refusal(409, 'conflict', 'the kits without a tag are others by now');
    };
    await at.open(new CleanUpForm(at.actions));
    await at.shown(() => at.dialog.node.querySelector('table') !== null, 'the table');
    await at.press(screen.getByLabelText('Remove the kit without a tag'));
    await at.press(at.go());
    await at.shown(() => at.dialog.node.textContent?.includes('are others by now') === true, 'the reason');
    expect([at.closed, at.go().disabled, at.server.count('GET disk')]).toEqual([undefined, true, 2]);
  });
});
