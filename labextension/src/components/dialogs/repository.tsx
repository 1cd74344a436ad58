import type { JSX } from 'react';

import type { IActions } from '../shared/actions';
import { TextField } from '../shared/field';
import { Form } from '../shared/form';
import { repositoryProblem } from './names';

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
