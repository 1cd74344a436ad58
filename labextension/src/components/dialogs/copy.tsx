import type { JSX } from 'react';

import { inert } from '../../format';
import type { LineData } from '../../lines';
import { kitLine } from '../../lines';
import type { Job } from '../../wire';
import type { IActions } from '../shared/actions';
import { TextField } from '../shared/field';
import { Form } from '../shared/form';
import { KitLine } from '../shared/notes';
import { nameProblem, parseName } from './names';

/** A kit, with what refers to it, into another registry, or under another name of its own. */
export class CopyForm extends Form<Job> {
  constructor(
    actions: IActions,
    readonly reference: string
  ) {
    super(actions);
    const { registry, repository, tag } = parseName(reference, this._registries);
    const others = this._registries.filter(name => name !== registry);
    [this._registry, this._repository, this._tag] = [others[0] ?? '', repository, tag || 'latest'];
  }

  get destination(): string {
    return `${this._registry}/${this._repository}:${this._tag}`;
  }

  get problem(): string {
    const { trans } = this.actions;
    if (!this._registry) {
      return '';
    }
    const named = [...this._registries, this._registry];
    return this.destination === this.reference
      ? trans.__('This is the kit itself: choose another registry, repository or tag')
      : nameProblem(this.destination, trans, named);
  }

  get isReady(): boolean {
    return this._registry !== '' && this.problem === '';
  }

  get line(): LineData | null {
    return this.isReady ? kitLine('copy', this.reference, this.destination) : null;
  }

  protected send(): Promise<Job> {
    return this.actions.model.startJob({ kind: 'copy', source: this.reference, destination: this.destination });
  }

  protected fields(): JSX.Element {
    const { trans } = this.actions;
    const take = (change: () => void): void => {
      change();
      this.moved();
    };
    return (
      <>
        <p>
          {trans.__('Copy')} <bdi className="kitops-Name">{inert(this.reference, 200)}</bdi>
        </p>
        <TextField
          label={trans.__('To the registry')}
          name="registry"
          value={this._registry}
          placeholder={trans.__('registry.example.com')}
          offered={this._registries}
          isFirst
          onChange={value => take(() => (this._registry = value.trim()))}
        />
        <TextField
          label={trans.__('Repository')}
          name="repository"
          value={this._repository}
          onChange={value => take(() => (this._repository = value.trim()))}
        />
        <TextField
          label={trans.__('Tag')}
          name="tag"
          value={this._tag}
          problem={this.problem}
          hint={trans.__('Byte for byte, with its signatures. A kit that has this name there loses it.')}
          onChange={value => take(() => (this._tag = value.trim()))}
        />
        <KitLine line={this.line} actions={this.actions} />
      </>
    );
  }

  private get _registries(): string[] {
    return this.actions.model.registries.map(({ name }) => name);
  }

  private _registry: string;
  private _repository: string;
  private _tag: string;
}
