import type { JSX } from 'react';

import { KitError } from '../../client';
import type { RegistryRow } from '../../wire';
import type { IActions } from '../shared/actions';
import { CheckField, SecretField, TextField } from '../shared/field';
import { Form } from '../shared/form';

/** Credentials for a registry. The password stays in the page's field alone, until it is sent. */
export class SignInForm extends Form<RegistryRow> {
  /** Without a registry, it is asked for. */
  constructor(
    actions: IActions,
    readonly registry: string
  ) {
    super(actions);
    this._named = registry;
    this._row = actions.model.registries.find(({ name }) => name === registry);
  }

  get isReady(): boolean {
    return this._named !== '';
  }

  protected async send(): Promise<RegistryRow> {
    const field = this.node.querySelector<HTMLInputElement>('input[type=password]')!;
    try {
      return await this.actions.model.login({
        registry: this._named,
        username: this._username,
        password: field.value,
        plain_http: this._row ? this._row.plain_http : this._isPlain
      });
    } catch (reason) {
      const { code, message, hint, details } = KitError.from(reason);
      const { trans } = this.actions;
      const isRefused = code === 'unauthorized';
      throw new KitError(
        isRefused ? 'login_refused' : code, // to sign in is what somebody is doing
        message,
        isRefused ? trans.__('Check the user name and the password or token.') : hint,
        details
      );
    } finally {
      field.value = '';
    }
  }

  protected fields(): JSX.Element {
    const { trans } = this.actions;
    const take = (change: () => void): void => {
      change();
      this.moved();
    };
    return (
      <>
        {!this.registry && (
          <TextField
            label={trans.__('Registry')}
            name="registry"
            value={this._named}
            placeholder={trans.__('ghcr.io')}
            isFirst
            onChange={value => take(() => (this._named = value.trim()))}
          />
        )}
        <TextField
          label={trans.__('User name')}
          name="username"
          value={this._username}
          isFirst={this.registry !== ''}
          onChange={value => take(() => (this._username = value.trim()))}
        />
        <SecretField
          label={trans.__('Password or access token')}
          hint={trans.__(
            'It is sent to your Jupyter server once and kept in the credential store that the kit program also reads.'
          )}
        />
        {!this._row && (
          <CheckField
            label={trans.__('Without TLS (only on this machine or a network you trust)')}
            isChecked={this._isPlain}
            onChange={isChecked => take(() => (this._isPlain = isChecked))}
          />
        )}
      </>
    );
  }

  private _isPlain = false;
  private _named: string;
  private readonly _row: RegistryRow | undefined;
  private _username = '';
}
