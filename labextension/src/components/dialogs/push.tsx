import type { JSX } from 'react';

import { inert } from '../../format';
import type { LineData } from '../../lines';
import { kitLine } from '../../lines';
import type { Job } from '../../wire';
import type { IActions } from '../shared/actions';
import { TextField } from '../shared/field';
import { Form } from '../shared/form';
import { nameProblem, parseName } from './names';
import { KitLine } from '../shared/notes';

/** Where a kit goes: to the registry in its name, or to another one. */
export class PushForm extends Form<Job> {
  constructor(
    actions: IActions,
    readonly reference: string
  ) {
    super(actions);
    this._destination = destinationOf(actions, reference);
  }

  get destination(): string {
    return this._destination;
  }

  set destination(destination: string) {
    this._destination = destination.trim();
    this.moved();
  }

  get problem(): string {
    const { trans } = this.actions;
    const { registry } = parseName(this._destination, this._registries);
    const problem = nameProblem(this._destination, trans, this._registries);
    return (
      problem ||
      (registry ? '' : trans.__('The name must start with a registry, as in registry.example.com/team/churn:v1'))
    );
  }

  get isReady(): boolean {
    return this.problem === '';
  }

  get line(): LineData | null {
    const other = this._destination === this.reference ? [] : [this._destination];
    return this.isReady ? kitLine('push', this.reference, ...other) : null;
  }

  protected send(): Promise<Job> {
    const destination = this._destination === this.reference ? '' : this._destination;
    return this.actions.model.startJob({ kind: 'push', reference: this.reference, destination });
  }

  protected fields(): JSX.Element {
    const { trans, model } = this.actions;
    const { repository, tag } = parseName(this.reference, this._registries);
    const offered = model.registries.map(({ name }) => `${name}/${repository}${tag && `:${tag}`}`);
    return (
      <>
        <p>
          {trans.__('Push')} <bdi className="kitops-Name">{inert(this.reference, 200)}</bdi>
        </p>
        <TextField
          label={trans.__('To')}
          value={this._destination}
          problem={this._destination ? this.problem : ''}
          hint={trans.__('Content that the registry already has is not sent again; the tag moves last.')}
          placeholder={trans.__('REGISTRY/REPOSITORY:TAG')}
          offered={offered}
          isFirst
          onChange={value => {
            this.destination = value;
          }}
        />
        <KitLine line={this.line} actions={this.actions} />
      </>
    );
  }

  private get _registries(): string[] {
    return this.actions.model.registries.map(({ name }) => name);
  }

  private _destination: string;
}

function destinationOf({ model }: IActions, reference: string): string {
  const { registry, repository, tag } = parseName(
    reference,
    model.registries.map(({ name }) => name)
  );
  if (registry && registry !== 'localhost') {
    return reference;
  }
  const suffix = tag && `:${tag}`;
  const home = model.preferences.defaultRepository;
  if (home) {
    return `${home}${suffix}`;
  }
  const first = model.registries[0]?.name;
  return first ? `${first}/${repository}${suffix}` : '';
}
