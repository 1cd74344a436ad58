import type { JSX } from 'react';

import type { IActions } from '../shared/actions';
import { CheckField, TextField } from '../shared/field';
import { Form } from '../shared/form';
import { repositoryProblem } from './names';

/** What the server takes for a registry's name. */
const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?$/;

/** A registry's address, and the name that it gets here. */
export class RegistryForm extends Form<void> {
  get isReady(): boolean {
    return this._host !== '' && this.problem === '';
  }

  /** What is wrong with the name. */
  get problem(): string {
    const { trans } = this.actions;
    return !this._name || NAME.test(this._name)
      ? ''
      : trans.__('A name has letters, digits, dots and dashes, and starts and ends with a letter or a digit');
  }

  protected send(): Promise<void> {
    const isPlain = this._isPlain || /^http:\/\//i.test(this._url);
    const url = `${isPlain ? 'http' : 'https'}://${this._host}`;
    return this.actions.model.addRegistry(this._name || this._host, url, isPlain);
  }

  protected fields(): JSX.Element {
    const { trans } = this.actions;
    const take = (change: () => void): void => {
      change();
      this.moved();
    };
    return (
      <>
        <TextField
          label={trans.__('Address')}
          name="url"
          value={this._url}
          placeholder={trans.__('https://ghcr.io')}
          isFirst
          onChange={value => take(() => (this._url = value.trim()))}
        />
        <TextField
          label={trans.__('Name in the panel and in references')}
          name="name"
          value={this._name}
          problem={this.problem}
          hint={trans.__('%kit lines accept it instead of the address.')}
          placeholder={trans.__('optional')}
          onChange={value => take(() => (this._name = value.trim()))}
        />
        <CheckField
          label={trans.__('Without TLS (only on this machine or a network you trust)')}
          isChecked={this._isPlain}
          onChange={isChecked => take(() => (this._isPlain = isChecked))}
        />
      </>
    );
  }

  private get _host(): string {
    return this._url.replace(/^https?:\/\//i, '').replace(/\/+$/, '');
  }

  private _isPlain = false;
  private _name = '';
  private _url = '';
}

/** The name of a repository, for a registry that lists none. */
export class RepositoryForm extends Form<string> {
  constructor(
    actions: IActions,
    readonly registry: string
  ) {
    super(actions);
  }

  get isReady(): boolean {
    return this.repository !== '' && this.problem === '';
  }

  /** Without the registry's name before it, and without a tag. */
  get repository(): string {
    const asked = this._typed.replace(/^\/+|\/+$/g, '');
    const own = asked.startsWith(`${this.registry}/`) ? asked.slice(this.registry.length + 1) : asked;
    return own.replace(/[:@].*$/, '');
  }

  get problem(): string {
    return this.repository ? repositoryProblem(this.repository, this.actions.trans) : '';
  }

  protected async send(): Promise<string> {
    return this.repository;
  }

  protected fields(): JSX.Element {
    const { trans } = this.actions;
    return (
      <TextField
        label={trans.__('Repository')}
        name="repository"
        value={this._typed}
        problem={this.problem}
        placeholder={trans.__('team/model')}
        isFirst
        onChange={value => {
          this._typed = value.trim();
          this.moved();
        }}
      />
    );
  }

  private _typed = '';
}
