import { MessageLoop } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import { act, fireEvent, within } from '@testing-library/react';

import { local } from '../../../__tests__/server';
import { obeysTheLawOfTrees } from '../../../__tests__/treelaw';
import { CommandIDs } from '../../../tokens';
import { button, click, find, HOSTILE, model, panel, press, ran, rows, server, shown, TALL, texts } from './page';

describe('the tree', () => {
  it('shows the store open and each registry closed, and who is signed in', () => {
    expect(texts().filter(Boolean)).toEqual(['Local store', 'churn', 'corp', 'dead', 'private', 'ghcr.io', 'many']);
    expect(find('corp').textContent).toContain('signed in');
    expect(within(panel.node).queryByText('Sign in')).toBeNull();
    expect(find('Registries').dataset.kind).toBe('heading');
    expect(server.count('GET repositories')).toBe(0);
  });

  it('shows the digest of a kit without a tag as its name', async () => {
    const digest = `sha256:${'12'.repeat(32)}`;
    const [repository] = local('localhost/churn:tuned').repositories;
    const untagged = { ...repository.tags[0], tag: '', digest, reference: `localhost/churn@${digest}` };
    server.routes['GET local'] = () => ({
      ...local('localhost/churn:tuned'),
      stamp: 'other',
      repositories: [{ ...repository, tags: [...repository.tags, untagged] }]
    });
    await act(async () => model.refresh());
    expect(find('churn').textContent).toContain('tuned');
    expect(find('churn').textContent).not.toContain(',');
    await click('churn');
    await shown(() => texts().includes('sha256:121212121212'), 'the digest');
  });

  it('finds a kit of the local store by a part of its digest', async () => {
    const digest = local('localhost/churn:tuned').repositories[0].tags[0].digest;
    const hex = `${'0'.repeat(8)}${'ab'.repeat(28)}`;
    const [repository] = local('localhost/churn:tuned').repositories;
    const tags = [
      ...repository.tags,
      { ...repository.tags[0], tag: 'old', digest: `sha256:${hex}`, reference: 'churn:old' }
    ];
    server.routes['GET local'] = () => ({ ...local('x:y'), stamp: 'other', repositories: [{ ...repository, tags }] });
    await act(async () => model.refresh());
    const search = within(panel.node).getByRole('searchbox');
    await act(async () => void fireEvent.change(search, { target: { value: hex.slice(0, 9) } }));
    await shown(() => texts().includes('old'), 'the kit of this digest');
    expect([texts().includes('tuned'), digest.includes(hex.slice(0, 9))]).toEqual([false, false]);
  });

  it('puts few tags in order once all of them are read, and says that many stay by their names', async () => {
    const made: { [tag: string]: [string, number] } = {
      v1: ['2026-01-01T00:00:00Z', 30],
      [HOSTILE]: ['2026-03-01T00:00:00Z', 10],
      'a\u202eb': ['2026-02-01T00:00:00Z', 20]
    };
    const plain = server.routes['POST summaries']!;
    server.routes['POST summaries'] = async asked => {
      const answers = (await plain(asked)) as { reference: string }[];
      return answers.map(each => {
        const [created, size_bytes] = made[each.reference.slice('corp/app:'.length)] ?? ['', 0];
        return { ...each, created, size_bytes };
      });
    };
    const tags = (): string[] =>
      rows()
        .filter(row => row.dataset.kind === 'tag')
        .map(row => row.dataset.reference ?? '');
    await click('corp');
    await shown(() => texts().includes('app'), 'repositories');
    await click('app');
    await shown(() => texts().includes('v1'), 'tags');
    await shown(() => find('v1').textContent?.includes('30 B') === true, 'sizes');
    const by = within(panel.node).getByLabelText('Order of the tags');
    await act(async () => void fireEvent.change(by, { target: { value: 'newest' } }));
    await shown(() => tags()[0] === `corp/app:${HOSTILE}`, 'the newest first');
    expect(tags()[2]).toBe('corp/app:v1');
    await act(async () => void fireEvent.change(by, { target: { value: 'largest' } }));
    await shown(() => tags()[0] === 'corp/app:v1', 'the largest first');
    await click('many');
    await shown(() => texts().filter(each => each === 'app').length === 2, 'repositories');
    await act(async () =>
      rows()
        .filter(row => row.dataset.kind === 'repository')
        .pop()
        ?.click()
    );
    await shown(() => texts().includes('t0'), 'tags');
    expect(panel.node.textContent).toContain('By name: more than 50 tags');
  });

  it('opens registry, repository and tag', async () => {
    await click('corp');
    await shown(() => texts().includes('app'), 'repositories');
    await click('app');
    await shown(() => texts().includes('v1'), 'tags');
    await shown(() => find('v1').textContent?.includes('2.0 KiB') === true, 'a size');
    expect(within(find('v1')).getByRole('img', { name: '1 of 3 layers are in the local store already' })).toBeTruthy();
    await click('v1');
    expect(ran).toEqual([[CommandIDs.openKit, { reference: 'corp/app:v1' }]]);
  });

  it('shows what strangers named as text, and offers no line that would run', async () => {
    await click('corp');
    await shown(() => texts().includes('app'), 'repositories');
    await click('app');
    await shown(() => texts().includes(HOSTILE), 'tags');
    expect(panel.node.querySelector('img')).toBeNull();
    expect(texts()).toContain('a\ufffdb');
    expect(find(HOSTILE).dataset.line).toBeUndefined();
    expect(find('v1').dataset.line).toBe('{"words":["pull","corp/app:v1"],"paths":[]}');
  });

  it('keeps the error of a registry in its own row, with a button that asks it alone again', async () => {
    await click('dead');
    await click('corp');
    await shown(() => texts().includes('app'), 'the other registry');
    const note = find('dead does not answer');
    expect(note.textContent).toContain('or check how the registry is reached');
    await act(async () => within(note).getByText('Edit the registry').click());
    expect(ran).toEqual([[CommandIDs.editRegistry, { registry: 'dead' }]]);
    server.routes['GET repositories'] = () => ({ items: ['alive'], next: '' });
    await act(async () => within(note).getByText('Try again').click());
    await shown(() => texts().includes('alive'), 'the registry that came back');
    const asked = server.asked.filter(each => each.path === 'repositories').map(each => each.query.registry);
    expect(asked.sort()).toEqual(['corp', 'dead', 'dead']);
  });

  it('offers what helps: to sign in, or to name a repository', async () => {
    await click('private');
    await shown(() => panel.node.textContent?.includes('requires you to sign in') === true, 'the offer');
    await act(async () => within(find('requires you to sign in')).getByText('Sign in').click());
    await click('ghcr.io');
    await shown(() => panel.node.textContent?.includes('does not list') === true, 'the offer');
    await act(async () => within(find('does not list')).getByText('Open a repository').click());
    expect(ran).toEqual([
      [CommandIDs.signIn, { registry: 'private' }],
      [CommandIDs.openRepository, { registry: 'ghcr.io' }]
    ]);
  });

  it('shows all of an error that a row has no room for', async () => {
    await click('dead');
    await shown(() => panel.node.textContent?.includes('does not answer') === true, 'the error');
    await act(async () => button('Details').click());
    await shown(() => document.querySelector('.jp-Dialog') !== null, 'the dialog');
    expect(document.querySelector('.jp-Dialog')?.textContent).toContain('dead does not answer\n\nLook at the cable.');
    await act(async () => document.querySelector<HTMLElement>('.jp-Dialog-button')?.click());
  });

  it('draws of 10,000 tags those in sight, and asks for no other kit', async () => {
    await click('many');
    await shown(() => texts().includes('app'), 'repositories');
    await click('app');
    await shown(() => texts().includes('t0'), 'tags');
    await shown(() => model.summaries.get('many/app:t0') !== undefined, 'summaries');
    expect(server.count('GET tags')).toBe(1);
    expect(rows().length).toBeLessThan(TALL / 24 + 16);
    const asked = server.asked.flatMap(each => (each.body as { references?: string[] })?.references ?? []);
    expect(asked.length).toBeLessThanOrEqual(TALL / 24 + 1);
    expect(find('t0').getAttribute('aria-setsize')).toBe('1001');
  });

  it('asks for the next page when its place comes near', async () => {
    await click('many');
    await shown(() => texts().includes('app'), 'repositories');
    await click('app');
    await shown(() => texts().includes('t0'), 'tags');
    const tree = within(panel.node).getByRole('tree');
    await act(async () => {
      tree.scrollTop = 990 * 24;
      fireEvent.scroll(tree);
    });
    await shown(() => server.count('GET tags') === 2, 'the second page');
    await shown(() => texts().includes('t995'), 'the rows there');
    expect(texts()).not.toContain('t0');
  });

  it('finds what is typed in what is open', async () => {
    await click('corp');
    await shown(() => texts().includes('app'), 'repositories');
    await act(
      async () => void fireEvent.change(within(panel.node).getByRole('searchbox'), { target: { value: 'TUN' } })
    );
    await shown(() => texts().includes('tuned'), 'the tag in the store');
    expect(texts().filter(Boolean)).toEqual([
      'Local store',
      'churn',
      'tuned',
      'corp',
      'dead',
      'private',
      'ghcr.io',
      'many'
    ]);
    expect(panel.node.textContent).toContain('No matches');
  });

  it('lets several tags be chosen by the keyboard alone, and offers to compare two and to remove them', async () => {
    await click('many');
    await shown(() => texts().includes('app'), 'the repository');
    await click('app');
    await shown(() => texts().includes('t0'), 'the tags');
    act(() => find('t0').focus());
    const key = async (more: object): Promise<void> => {
      await act(async () => void fireEvent.keyDown(document.activeElement!, more));
      await act(() => new Promise(resolve => setTimeout(resolve, 30)));
    };
    await key({ key: ' ', ctrlKey: true });
    expect(find('t0').getAttribute('aria-selected')).toBe('true');
    expect(button('Compare').hasAttribute('disabled')).toBe(true);
    await key({ key: 'ArrowDown', shiftKey: true });
    await act(async () => void fireEvent.click(button('Compare')));
    expect(ran.pop()).toEqual([CommandIDs.openKit, { reference: 'many/app:t0', other: 'many/app:t1' }]);
    await press('ArrowDown', 'ArrowDown');
    await key({ key: ' ', shiftKey: true });
    await act(async () => void fireEvent.click(button('Remove…')));
    const kits = ['t0', 't1', 't2', 't3'].map(tag => ({ reference: `many/app:${tag}`, isRemote: true }));
    expect(ran.pop()).toEqual([CommandIDs.remove, { kits }]);
    await press('Escape');
    expect(within(panel.node).queryByRole('toolbar')).toBeNull();
  });

  it('finds tags in repositories that nobody opened, says how far it looked, and looks further', async () => {
    const type = within(panel.node).getByRole('searchbox');
    await act(async () => void fireEvent.change(type, { target: { value: 'champ' } }));
    await shown(() => texts().includes('champion'), 'the tag');
    expect(find('Looked at 400').textContent).toContain('Looked at 400 of 1,000 repositories · 2 could not be read');
    expect(panel.node.querySelector('img, script')).toBeNull();
    await shown(() => rows().some(each => each.textContent?.includes('Not searched')), 'why another was not');
    const before = server.count('GET search');
    await act(async () => void fireEvent.click(button('Look further')));
    await shown(() => server.count('GET search') > before, 'the next question');
  });

  it('tells once of all registries that were looked through to their ends', async () => {
    server.routes['GET search'] = ({ query }) => {
      const found = query.registry === 'corp' ? [{ name: 'app', tags: ['champion'], more: 0 }] : [];
      return { found, looked_at: 40, repositories: 40, next: '', unread: 0, error: null };
    };
    const type = within(panel.node).getByRole('searchbox');
    await act(async () => void fireEvent.change(type, { target: { value: 'champ' } }));
    await shown(() => texts().includes('champion'), 'the tag');
    const said = (): string[] => rows().flatMap(each => /Looked.*/.exec(each.textContent ?? '') ?? []);
    await shown(() => said().length === 1 && said()[0].includes('200'), 'one row');
    expect(said()).toEqual(['Looked at all 200 repositories of 5 registries']);
  });

  it('finds repositories in registries that nobody opened, and tells no faults of those', async () => {
    await act(
      async () => void fireEvent.change(within(panel.node).getByRole('searchbox'), { target: { value: 'corp/a' } })
    );
    await shown(() => texts().includes('app'), 'the repository');
    await shown(() => server.count('GET repositories') === 5, 'all were asked');
    await shown(() => panel.node.querySelector('.kitops-mod-loading') === null, 'all have answered');
    expect(texts().filter(Boolean)).toEqual(['Local store', 'corp', 'app', 'dead', 'private', 'ghcr.io', 'many']);
    expect(panel.node.textContent).not.toContain('Look at the cable');
    expect(server.count('GET tags')).toBe(0);
  });
});

describe('the keyboard', () => {
  it('goes through the tree, opens and closes, and comes back to the search', async () => {
    await act(async () => rows()[0].focus());
    await press('ArrowDown', 'ArrowRight');
    expect(texts()).toContain('tuned');
    await press('ArrowRight');
    expect(document.activeElement?.textContent).toContain('tuned');
    await press('Enter');
    expect(ran).toEqual([[CommandIDs.openKit, { reference: 'localhost/churn:tuned' }]]);
    await press('ArrowLeft');
    expect(document.activeElement?.textContent).toContain('churn');
    await press('ArrowLeft');
    expect(texts()).not.toContain('tuned');
    await press('End');
    expect(document.activeElement?.textContent).toContain('many');
    await press('Home');
    expect(document.activeElement?.textContent).toContain('Local store');
    await press('Escape');
    expect(document.activeElement?.getAttribute('role')).toBe('searchbox');
  });

  it('is in the tree when the panel is asked for', async () => {
    await act(async () => MessageLoop.sendMessage(panel, Widget.Msg.ActivateRequest));
    expect(document.activeElement).toBe(rows()[0]);
  });

  obeysTheLawOfTrees({
    tree: () => within(panel.node).getByRole('tree'),
    parent: 'corp',
    child: 'app',
    roots: 6,
    letter: 'p',
    found: 'private',
    shown
  });
});
