import { screen } from '@testing-library/react';

import { refusal, row } from '../../../__tests__/server';
import { RegistryForm, RepositoryForm } from '../registry';
import { SignInForm } from '../signin';
import { Desk, HOSTILE } from './desk';

let at: Desk;

beforeEach(async () => {
  at = await Desk.make();
});

afterEach(() => at.clear());

describe('sign in', () => {
  const secret = (): HTMLInputElement => screen.getByLabelText('Password or access token');

  it('sends the password once, from a field that the page holds and nothing else', async () => {
    at.server.routes['POST login'] = () => row('corp');
    await at.open(new SignInForm(at.actions, 'corp'));
    expect(document.activeElement).toBe(screen.getByLabelText('User name'));
    await at.type('User name', ' alice ');
    await at.type('Password or access token', 'hunter2');
    expect(document.querySelector('[value*=hunter2]')).toBeNull();
    const field = secret();
    await at.press(at.go());
    await at.shown(() => at.closed !== undefined, 'the end');
    expect(at.bodies('POST login')).toEqual([
      { registry: 'corp', username: 'alice', password: 'hunter2', plain_http: false }
    ]);
    expect([field.value, screen.queryByLabelText(/^Without TLS/)]).toEqual(['', null]);
  });

  it('says why it was refused, keeps the user name and forgets the password', async () => {
    at.server.routes['POST login'] = () => {
      throw refusal(401, 'unauthorized', `${HOSTILE} refuses it`);
    };
    await at.open(new SignInForm(at.actions, 'corp'));
    await at.type('User name', 'alice');
    await at.type('Password or access token', 'wrong');
    await at.press(at.go());
    await at.shown(() => at.dialog.node.textContent?.includes(`${HOSTILE} refuses it`) === true, 'the reason');
    expect([screen.getByLabelText<HTMLInputElement>('User name').value, secret().value]).toEqual(['alice', '']);
  });

  it('asks which registry is meant when none is given', async () => {
    at.server.routes['POST login'] = () => row('ghcr.io');
    await at.open(new SignInForm(at.actions, ''));
    expect(at.go().disabled).toBe(true);
    await at.type('Registry', 'ghcr.io');
    await at.press(screen.getByLabelText(/^Without TLS/));
    await at.press(at.go());
    await at.shown(() => at.closed !== undefined, 'the end');
    expect(at.bodies('POST login')).toMatchObject([{ registry: 'ghcr.io', plain_http: true }]);
  });
});

describe('a registry', () => {
  it.each([
    ['https://ghcr.io/', '', { name: 'ghcr.io', url: 'https://ghcr.io', plain_http: false }],
    ['ghcr.io', 'hub', { name: 'hub', url: 'https://ghcr.io', plain_http: false }],
    ['HTTP://localhost:5000', '', { name: 'localhost:5000', url: 'http://localhost:5000', plain_http: true }]
  ])('is added as %s with the name "%s"', async (url, name, body) => {
    at.server.routes['POST registries'] = () => row('x');
    await at.open(new RegistryForm(at.actions));
    expect(at.go().disabled).toBe(true);
    await at.type('Address', url);
    await at.type('Name in the panel and in references', name);
    await at.press(at.go());
    await at.shown(() => at.dialog.isDisposed, 'the end');
    expect(at.bodies('POST registries')).toEqual([body]);
  });

  it('has what is wrong with its name said at the name', async () => {
    await at.open(new RegistryForm(at.actions));
    await at.type('Address', 'ghcr.io');
    await at.type('Name in the panel and in references', 'my hub');
    const name = screen.getByLabelText('Name in the panel and in references');
    expect([name.getAttribute('aria-invalid'), at.go().disabled]).toEqual(['true', true]);
    expect(name.parentElement?.textContent).toContain('A name has letters, digits, dots and dashes');
  });
});

describe('a repository', () => {
  it.each([
    ['team/model', 'team/model'],
    ['corp/team/model:v1', 'team/model'],
    ['/team/model@sha256:ab', 'team/model']
  ])('is read from %s', async (typed, repository) => {
    await at.open(new RepositoryForm(at.actions, 'corp'));
    await at.type('Repository', typed);
    await at.press(at.go());
    await at.shown(() => at.closed !== undefined, 'the end');
    expect(at.closed).toBe(repository);
  });

  it('is not taken with capital letters or a double slash', async () => {
    await at.open(new RepositoryForm(at.actions, 'corp'));
    for (const typed of ['Team/model', 'team//model', '']) {
      await at.type('Repository', typed);
      expect(at.go().disabled).toBe(true);
    }
  });
});
