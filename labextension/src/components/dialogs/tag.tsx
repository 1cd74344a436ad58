import type { JSX } from 'react';

import { inert, shortDigest } from '../../format';
import { kitLine } from '../../lines';
import { repositoryOf } from '../../model';
import type { IActions } from '../shared/actions';
import { TextField } from '../shared/field';
import { Form } from '../shared/form';
import { STAGES } from '../../wire';
import { nameProblem } from './names';
import { KitLine } from '../shared/notes';

/** Another name for a kit. */
export class TagForm extends Form<string> {
  constructor(
    actions: IActions,
    readonly source: string
  ) {
    super(actions);
    this._target = `${repositoryOf(source)}:`;
  }

  get target(): string {
    return this._target;
  }

  set target(target: string) {
    this._target = target.trim();
    this.moved();
  }

  get problem(): string {
    const { model, trans } = this.actions;
    if (this._target === this.source) {
      return trans.__('The kit already has this name');
    }
    const registries = model.registries.map(({ name }) => name);
    return nameProblem(this._target, trans, registries);
  }

  get isReady(): boolean {
    return this.problem === '' && !this._target.endsWith(':');
  }

  protected async send(): Promise<string> {
    await this.actions.model.tag(this.source, this._target);
    return this._target;
  }

  protected fields(): JSX.Element {
    const { model, trans } = this.actions;
    const repository = repositoryOf(this.source);
    const taken = model.local?.repositories
      .flatMap(({ tags }) => tags)
      .find(({ reference }) => reference === this._target);
    const isBare = this._target.endsWith(':');
    return (
      <>
        <p>
          {trans.__('Another name for')} <bdi className="kitops-Name">{inert(this.source, 200)}</bdi>
        </p>
        <TextField
          label={trans.__('Name')}
          value={this._target}
          problem={isBare ? '' : this.problem}
          hint={trans.__('Nothing is copied: both names refer to the same kit.')}
          offered={STAGES.map(stage => `${repository}:${stage}`)}
          isFirst
          onChange={value => {
            this.target = value;
          }}
        />
        {taken && (
          <p className="kitops-Notice" role="status">
            {trans.__('This name refers to %1 now. It will be moved.', shortDigest(inert(taken.digest)))}
          </p>
        )}
        <KitLine line={this.isReady ? kitLine('tag', this.source, this._target) : null} actions={this.actions} />
      </>
    );
  }

  private _target: string;
}
