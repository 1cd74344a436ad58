import { act, fireEvent, screen } from '@testing-library/react';

import { refusal } from '../../../__tests__/server';
import { PromoteForm } from '../promote';
import { PushForm } from '../push';
import { RemoveForm } from '../remove';
import { TagForm } from '../tag';
import { Desk, HOSTILE } from './desk';

let at: Desk;

beforeEach(async () => {
  at = await Desk.make();
});

afterEach(() => at.clear());

describe('push', () => {
  it('goes to a registry that is known, and says the line', async () => {
    await at.open(new PushForm(at.actions, 'churn:tuned'));
    expect(document.activeElement).toBe(screen.getByLabelText('To'));
    expect(at.line()).toBe('%kit push churn:tuned corp/churn:tuned');
    await at.press(at.go());
    await at.shown(() => at.closed !== undefined, 'the end');
    expect(at.bodies('POST jobs')).toEqual([
      { kind: 'push', reference: 'churn:tuned', destination: 'corp/churn:tuned' }
    ]);
  });

  it('is refused for a name that leads to no registry, before anything is sent', async () => {
    await at.open(new PushForm(at.actions, 'churn:tuned'));
    await at.type('To', 'churn:v1');
    expect([at.go().disabled, at.line()]).toEqual([true, '']);
    await at.press(at.go());
    expect([at.bodies('POST jobs'), at.closed]).toEqual([[], undefined]);
  });

  it('keeps what was filled in when the server refuses, and says why', async () => {
    at.server.routes['POST jobs'] = () => {
      throw refusal(409, 'conflict', `${HOSTILE} is not here`, 'kit list');
    };
    await at.open(new PushForm(at.actions, 'churn:tuned'));
    await at.type('To', 'corp/other:v1');
    await at.press(at.go());
    await at.shown(() => at.dialog.node.querySelector('.kitops-Failure') !== null, 'the reason');
    expect(at.dialog.node.querySelector('.kitops-Failure')?.textContent).toContain(`${HOSTILE} is not herekit list`);
    expect(screen.getByLabelText<HTMLInputElement>('To').value).toBe('corp/other:v1');
    expect([at.dialog.isAttached, at.go().disabled, at.closed]).toEqual([true, false, undefined]);
  });

  it('is sent with Enter, and not with Escape', async () => {
    await at.open(new PushForm(at.actions, 'churn:tuned'));
    await act(async () => void fireEvent.keyDown(screen.getByLabelText('To'), { key: 'Escape' }));
    await at.shown(() => at.closed !== undefined, 'the end');
    expect([at.closed, at.bodies('POST jobs')]).toEqual(['cancelled', []]);
    at.closed = undefined;
    await at.open(new PushForm(at.actions, 'churn:tuned'));
    await act(async () => void fireEvent.keyDown(screen.getByLabelText('To'), { key: 'Enter' }));
    await at.shown(() => at.closed !== undefined, 'the end');
    expect(at.bodies('POST jobs')).toHaveLength(1);
  });
});

describe('tag', () => {
  it('says which kit loses the name', async () => {
    await at.open(new TagForm(at.actions, 'churn:tuned'));
    expect(at.go().disabled).toBe(true);
    await at.type('Name', 'churn:old');
    expect(at.dialog.node.textContent).toContain('This name refers to sha256:ab now');
    expect(at.line()).toBe('%kit tag churn:tuned churn:old');
    await at.press(at.go());
    await at.shown(() => at.closed === 'churn:old', 'the end');
    expect(at.bodies('POST tag')).toEqual([{ source: 'churn:tuned', target: 'churn:old' }]);
  });
});

describe('remove', () => {
  it('says what goes and how many bytes are freed, before anything does', async () => {
    await at.open(new RemoveForm(at.actions, [{ reference: 'churn:tuned', isRemote: false }]));
    await at.shown(() => at.dialog.node.textContent?.includes('2 names will be removed') === true, 'what goes');
    expect(at.dialog.node.textContent).toContain('Frees no space');
    expect(at.dialog.node.querySelector('img')).toBeNull();
    await at.press(screen.getByLabelText('The kit with all its tags'));
    await at.shown(() => at.dialog.node.textContent?.includes('Frees 4.0 KiB') === true, 'the bytes');
    expect(at.line()).toBe('%kit remove churn:tuned --force');
    expect(at.bodies('POST remove').every(body => (body as { dry_run: boolean }).dry_run)).toBe(true);
    await at.press(at.go());
    await at.shown(() => at.closed !== undefined, 'the end');
    expect(at.bodies('POST remove').pop()).toEqual({
      references: ['churn:tuned'],
      remote: false,
      force: true,
      dry_run: false
    });
  });

  it('has a line that says so when the kit is in a registry', async () => {
    await at.open(new RemoveForm(at.actions, [{ reference: 'corp/churn:tuned', isRemote: true }]));
    await at.shown(() => at.dialog.node.textContent?.includes('when it cleans up') === true, 'what goes');
    expect(at.line()).toBe('%kit remove corp/churn:tuned --remote');
  });
});

describe('promote', () => {
  it('says what moves from where to where', async () => {
    await at.open(new PromoteForm(at.actions, 'corp/churn:challenger', 'champion', false));
    await at.shown(() => at.dialog.node.querySelector('.kitops-Moves') !== null, 'the moves');
    expect([...at.dialog.node.querySelectorAll('.kitops-Moves tbody tr')].map(each => each.textContent)).toEqual([
      'rollbacknothing→old',
      'championold→new'
    ]);
    await at.press(at.go());
    await at.shown(() => at.closed !== undefined, 'the end');
    expect(at.bodies('POST promote')).toEqual([{ reference: 'corp/churn:challenger', to: 'champion', undo: false }]);
  });

  it('is not offered for the stage that the kit has', async () => {
    await at.open(new PromoteForm(at.actions, 'corp/churn:challenger', 'challenger', false));
    await at.shown(() => at.dialog.node.textContent?.includes('nothing moves') === true, 'the reason');
    expect(at.go().disabled).toBe(true);
    await at.press(screen.getByLabelText(/^retired/));
    await at.shown(() => !at.go().disabled, 'the plan');
    expect([at.go().disabled, at.line()]).toEqual([false, '%kit promote corp/churn:challenger --to retired']);
  });

  it('says what an undo moves back and what stays, in the same table', async () => {
    await at.open(new PromoteForm(at.actions, 'corp/churn:v1', 'champion', true));
    await at.shown(() => at.dialog.node.querySelector('.kitops-Moves') !== null, 'the moves');
    expect([...at.dialog.node.querySelectorAll('.kitops-Moves tbody tr')].map(each => each.textContent)).toEqual([
      'championnew→old',
      'rollbackold→nothing'
    ]);
    expect(at.dialog.node.textContent).toContain(`tuned stays: ${HOSTILE} was moved since`);
    expect([at.dialog.node.querySelector('img'), screen.queryByRole('radio')]).toEqual([null, null]);
    await at.press(at.go());
    await at.shown(() => at.closed !== undefined, 'the end');
    expect(at.bodies('POST promote')).toEqual([{ reference: 'corp/churn:v1', to: 'champion', undo: true }]);
  });

  it('says beside each kit why it was packed, as text', async () => {
    const moved = { tag: 'champion', before: 'sha256:old', after: 'sha256:new', message: `\nfewer ${HOSTILE}\n\nlong` };
    const rollback = { tag: 'rollback', before: '', after: 'sha256:old', message: '' };
    at.server.routes['GET promotion'] = () => ({
      moves: [rollback, moved],
      kept: [],
      command: { words: [], paths: [] }
    });
    await at.open(new PromoteForm(at.actions, 'corp/churn:challenger', 'champion', false));
    await at.shown(() => at.dialog.node.querySelector('.kitops-Moves') !== null, 'the moves');
    expect([...at.dialog.node.querySelectorAll('.kitops-Moves th')].pop()?.textContent).toBe('Message');
    const told = [...at.dialog.node.querySelectorAll('.kitops-Moves td:last-child')].map(each => each.textContent);
    expect(told).toEqual(['', `fewer ${HOSTILE}`]);
    expect(at.dialog.node.querySelector('img')).toBeNull();
  });

  it('is not sent while what moves is not known, and says why', async () => {
    at.server.routes['GET promotion'] = () => {
      throw refusal(404, 'not_found', 'no promotion to champion was made from here', 'kit promote');
    };
    await at.open(new PromoteForm(at.actions, 'corp/churn:v1', 'champion', true));
    await at.shown(() => at.dialog.node.querySelector('.kitops-Failure') !== null, 'the reason');
    expect(at.go().disabled).toBe(true);
  });

  it('takes the focus before its button can be pressed, so that Escape closes it', async () => {
    at.server.routes['GET history'] = () => new Promise(() => {});
    await at.open(new PromoteForm(at.actions, 'corp/churn:challenger', '', false));
    expect(at.dialog.node.contains(document.activeElement)).toBe(true);
    await act(async () => void fireEvent.keyDown(document.activeElement!, { key: 'Escape' }));
    await at.shown(() => at.closed === 'cancelled', 'the end');
  });

  it('closes with Escape while the focus is still where it was opened from', async () => {
    const opener = document.body.appendChild(document.createElement('button'));
    await at.open(new PromoteForm(at.actions, 'corp/churn:v1', '', false));
    opener.focus();
    await act(async () => void fireEvent.keyDown(opener, { key: 'Escape' }));
    await at.shown(() => at.closed !== undefined, 'the end');
    opener.remove();
  });
});
