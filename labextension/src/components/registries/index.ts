// The questions about registries. Each asks again, and says why, until it worked or the person gave up.

import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';

import { KitError } from '../../client';
import { inert } from '../../format';
import type { IKitModel } from '../../model';
import type { Answers, IField } from './form';
import { Form } from './form';

/** Ask for credentials and use them; whether somebody is signed in now. */
export function signIn(model: IKitModel, registry: string, trans: TranslationBundle): Promise<boolean> {
  const row = model.registries.find(each => each.name === registry);
  const fields = (before: Answers): IField[] => [
    ...(registry ? [] : [field('registry', trans.__('Registry'), before, 'ghcr.io')]),
    field('username', trans.__('User name'), before),
    { name: 'password', label: trans.__('Password or access token'), kind: 'password' },
    ...(row
      ? []
      : [check('plain', trans.__('Without TLS (only on this machine or a network you trust)'), Boolean(before.plain))])
  ];
  const title = registry ? trans.__('Sign in to %1', inert(registry, 60)) : trans.__('Sign in to a registry');
  return asking(title, trans.__('Sign in'), fields, trans, async given => {
    await model.login({
      registry: registry || given.registry.trim(),
      username: given.username.trim(),
      password: given.password,
      plain_http: row ? row.plain_http : Boolean(given.plain)
    });
  });
}

/** Ask for a registry's name and address, so that the panel shows it. */
export function addRegistry(model: IKitModel, trans: TranslationBundle): Promise<boolean> {
  const fields = (before: Answers): IField[] => [
    field('url', trans.__('Address'), before, 'https://ghcr.io'),
    {
      ...field('name', trans.__('Name in the panel and in references'), before, trans.__('optional')),
      hint: trans.__('Letters, digits and dashes; %kit lines take it in place of the address.')
    },
    check('plain', trans.__('Without TLS (only on this machine or a network you trust)'), Boolean(before.plain))
  ];
  return asking(trans.__('Add a registry'), trans.__('Add'), fields, trans, async given => {
    const plain = Boolean(given.plain) || /^http:\/\//i.test(given.url.trim());
    const host = given.url
      .trim()
      .replace(/^https?:\/\//i, '')
      .replace(/\/+$/, '');
    if (!host) {
      throw new KitError('usage', trans.__('A registry has an address.'));
    }
    await model.addRegistry(given.name.trim() || host, `${plain ? 'http' : 'https'}://${host}`, plain);
  });
}

/** Ask for the name of a repository; empty when there is none. */
export async function askRepository(registry: string, trans: TranslationBundle): Promise<string> {
  let repository = '';
  const fields = (before: Answers): IField[] => [field('repository', trans.__('Repository'), before, 'team/model')];
  await asking(
    trans.__('Open a repository of %1', inert(registry, 60)),
    trans.__('Open'),
    fields,
    trans,
    async given => {
      const asked = given.repository.trim().replace(/^\/+|\/+$/g, '');
      repository = (asked.startsWith(`${registry}/`) ? asked.slice(registry.length + 1) : asked).replace(/[:@].*$/, '');
      if (!/^[a-z0-9]+([._/-]+[a-z0-9]+)*$/.test(repository)) {
        throw new KitError('usage', trans.__('A repository is small letters, digits, and . _ - / between them.'));
      }
    }
  );
  return repository;
}

async function asking(
  title: string,
  verb: string,
  fields: (before: Answers) => IField[],
  trans: TranslationBundle,
  act: (given: Answers) => Promise<void>
): Promise<boolean> {
  let before: Answers = {};
  let problem: string[] = [];
  for (;;) {
    const asked = fields(before);
    const body = new Form(asked, problem, trans);
    const buttons = [Dialog.cancelButton({ label: trans.__('Cancel') }), Dialog.okButton({ label: verb })];
    const first = asked.find(each => !each.value && each.kind !== 'checkbox') ?? asked[0];
    const { button, value } = await showDialog({
      title,
      body,
      buttons,
      focusNodeSelector: `input[name=${first.name}]`
    });
    if (!button.accept || !value) {
      return false;
    }
    try {
      await act(value);
      return true;
    } catch (reason) {
      const { message, hint } = KitError.from(reason);
      problem = [message, hint].filter(Boolean).map(text => inert(text));
      before = { ...value, password: '' };
    }
  }
}

const field = (name: string, label: string, before: Answers, placeholder = ''): IField => ({
  name,
  label,
  kind: 'text',
  value: before[name] ?? '',
  placeholder
});

const check = (name: string, label: string, isChecked: boolean): IField => ({
  name,
  label,
  kind: 'checkbox',
  isChecked
});
