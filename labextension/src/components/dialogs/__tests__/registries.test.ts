import { act, fireEvent, render, screen } from '@testing-library/react';
import { createElement } from 'react';

import { refusal, row, status } from '../../../__tests__/server';
import { CommandIDs } from '../../../tokens';
import type { RegistryCheck } from '../../../wire';
import { Registries } from '../registries';
import { RegistryForm } from '../registry';
import { RepositoryForm } from '../repository';
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
  const answers = (check: Partial<RegistryCheck>): void => {
    const found = { address: 'https://ghcr.io', verdict: 'ok', message: '', hint: '', field: '', ...check };
    at.server.routes['POST check/registry'] = () => found;
    at.server.routes['POST registries'] = () => row('x');
  };
  const bodies = (): unknown[] => at.bodies('POST registries');

  beforeEach(() => answers({}));

  it.each([
    ['https://ghcr.io/', '', { name: 'ghcr.io', url: 'https://ghcr.io', plain_http: false, tls_verify: true }],
    ['ghcr.io', 'hub', { name: 'hub', url: 'https://ghcr.io', plain_http: false }],
    ['HTTP://localhost:5000', '', { name: 'localhost:5000', url: 'http://localhost:5000', plain_http: true }]
  ])('is added as %s with the name "%s"', async (url, name, body) => {
    await at.open(new RegistryForm(at.actions));
    expect(at.go().disabled).toBe(true);
    await at.type('Address', url);
    await at.type('Name in the panel and in references', name);
    await at.press(at.go());
    await at.shown(() => at.dialog.isDisposed, 'the end');
    expect(bodies()).toMatchObject([body]);
    expect(at.bodies('POST check/registry')).toEqual(bodies());
  });

  it('whose certificate is not trusted shows the fields that help', async () => {
    answers({ verdict: 'untrusted', message: 'not trusted here' });
    await at.open(new RegistryForm(at.actions));
    const advanced = at.dialog.node.querySelector('details')!;
    expect(advanced.open).toBe(false);
    await at.type('Address', 'https://127.0.0.1:5703');
    await at.press(at.go());
    await at.shown(() => at.dialog.node.textContent?.includes('not trusted here') === true, 'the reason');
    expect(advanced.open).toBe(true);
  });

  it('that speaks HTTP is offered without TLS, and not added before', async () => {
    answers({ verdict: 'no_tls', message: `${HOSTILE} speaks HTTP` });
    await at.open(new RegistryForm(at.actions));
    await at.type('Address', 'https://127.0.0.1:5701');
    await at.press(at.go());
    await at.shown(() => at.dialog.node.textContent?.includes(`${HOSTILE} speaks HTTP`) === true, 'the reason');
    expect([bodies(), at.dialog.isDisposed]).toEqual([[], false]);
    answers({});
    await at.press(screen.getByText('Use it without TLS'));
    await at.shown(() => at.dialog.isDisposed, 'the end');
    expect(bodies()).toMatchObject([{ url: 'http://127.0.0.1:5701', plain_http: true }]);
  });

  it('that does not answer is added all the same by who says so', async () => {
    answers({ verdict: 'unreachable', message: 'no connection' });
    await at.open(new RegistryForm(at.actions));
    await at.type('Address', 'ghcr.io');
    await at.press(at.go());
    await at.shown(() => at.dialog.node.textContent?.includes('no connection') === true, 'the reason');
    await at.press(screen.getByText('Add anyway'));
    await at.shown(() => at.dialog.isDisposed, 'the end');
    expect([bodies().length, at.server.count('POST check/registry')]).toEqual([1, 1]);
  });

  it('has what is wrong with a file said at the file, and no way around it', async () => {
    answers({ verdict: 'bad_field', message: 'no CA certificates in it', field: 'ca' });
    await at.open(new RegistryForm(at.actions));
    await at.type('Address', 'ghcr.io');
    await at.type('CA file', 'corp.pem');
    await at.press(screen.getByLabelText(/^Do not verify/));
    expect(at.line()).toBe('%kit registry add ghcr.io https://ghcr.io --tls-cert corp.pem --tls-verify false');
    await at.press(at.go());
    const field = screen.getByLabelText('CA file');
    await at.shown(() => field.parentElement?.textContent?.includes('no CA certificates') === true, 'the reason');
    expect([field.getAttribute('aria-invalid'), screen.queryByText('Add anyway')]).toEqual(['true', null]);
    answers({});
    await at.type('CA file', 'other.pem');
    await at.press(at.go());
    await at.shown(() => at.dialog.isDisposed, 'the end');
    expect(bodies()).toMatchObject([{ ca: 'other.pem', tls_verify: false }]);
  });

  it('is changed with what it has, under the name that it has', async () => {
    const more = { url: 'https://h.example:5000', ca: '/etc/corp.pem', tls_verify: false };
    await at.open(new RegistryForm(at.actions, row('corp', more)));
    expect(screen.queryByLabelText('Name in the panel and in references')).toBeNull();
    expect(screen.getByLabelText<HTMLInputElement>('CA file').value).toBe('/etc/corp.pem');
    await at.type('Address', 'h.example:5001');
    await at.press(at.go());
    await at.shown(() => at.dialog.isDisposed, 'the end');
    expect(bodies()).toMatchObject([{ ...more, name: 'corp', url: 'https://h.example:5001', plain_http: false }]);
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

describe('the registries in the settings', () => {
  const ran: [string, unknown][] = [];

  beforeEach(async () => {
    ran.length = 0;
    const hub = row(HOSTILE, { url: 'http://h:5000', plain_http: true, signed_in_as: 'ada', is_named: true });
    at.server.routes['GET status'] = () => status(hub, row('kit.example', { is_named: false }));
    at.actions.run = async (command, args) => void ran.push([command, args]);
    render(createElement(Registries, { actions: at.actions }));
    await screen.findByRole('row', { name: /kit\.example/ });
  });

  it('are those that the server has, with how each is reached and who is signed in', async () => {
    const [, hub] = screen.getAllByRole('row').map(({ textContent }) => textContent);
    expect(hub).toContain(`${HOSTILE}http://h:5000 without TLSada`);
    at.server.routes['GET status'] = () => status(row('new'));
    await act(() => at.model.refreshStatus());
    expect(screen.getAllByRole('row').length).toBe(2);
  });

  it('are changed by the dialogs that the panel opens; a name that nobody gave is not taken away', async () => {
    const press = (name: string): boolean => fireEvent.click(screen.getByRole('button', { name }));
    press('Add a Registry…');
    press('Edit kit.example');
    press(`Sign out of ${HOSTILE}`);
    expect(ran).toEqual([
      [CommandIDs.addRegistry, {}],
      [CommandIDs.editRegistry, { registry: 'kit.example' }],
      [CommandIDs.signOut, { registry: HOSTILE }]
    ]);
    expect(screen.queryByRole('button', { name: 'Remove kit.example' })).toBeNull();
  });
});
