import type { ISessionContext } from '@jupyterlab/apputils';
import type { Kernel } from '@jupyterlab/services';
import type { JSX } from 'react';

import { inert } from '../../format';
import type { LineData } from '../../lines';
import { extended, inFull, written } from '../../lines';
import type { Job } from '../../wire';
import type { IActions } from '../shared/actions';
import { CheckField, TextField } from '../shared/field';
import { Form } from '../shared/form';
import { packInKernel } from './kernelpack';
import { KernelVariables } from './kernelvariables';
import { MessageField, messageOf, messageProblem, messageWords } from './message';
import { nameProblem, parseName, proposedName } from './names';
import { KitLine } from '../shared/notes';
import { PackState } from './packstate';
import { Preview } from './preview';
import { Variables } from './variables';

interface IPackOptions {
  /** Below the server's root. */
  directory: string;
  /** The notebook that is packed with its folder; empty for a folder alone. */
  notebook: string;
  /** Save what is open of it; whether it was open. */
  save: () => Promise<boolean>;
  /** The session of the notebook, if it is open: its kernel has variables. */
  session: ISessionContext | null;
}

/** A folder, or a notebook with its folder, into a kit: what goes in is looked at before anything is packed. */
export class PackForm extends Form<Job> {
  constructor(
    actions: IActions,
    private readonly _options: IPackOptions
  ) {
    super(actions);
    const { directory, notebook } = _options;
    const { model } = actions;
    this.state = new PackState(actions, directory, notebook);
    this.state.changed.connect(() => this.moved());
    this.variables = new KernelVariables(_options.session, () => inFull(directory, model.status?.root ?? ''));
    this.variables.changed.connect(() => this.moved());
    const last = model.snapshots.last(notebook)?.reference ?? '';
    this._name = nameProblem(last, actions.trans) ? proposedName(notebook || directory) : last;
    this._isRecorded = notebook !== '' && model.preferences.recordEnvironment;
    void this._save();
  }

  readonly state: PackState;
  readonly variables: KernelVariables;

  get name(): string {
    return this._name;
  }

  set name(name: string) {
    this._name = name.trim();
    this.moved();
  }

  set message(message: string) {
    this._message = message;
    this.moved();
  }

  set isPushed(isPushed: boolean) {
    this._isPushed = isPushed;
    this.moved();
  }

  set isRecorded(isRecorded: boolean) {
    this._isRecorded = isRecorded;
    this.moved();
  }

  get problem(): string {
    const { model, trans } = this.actions;
    const registries = model.registries.map(({ name }) => name);
    const problem = nameProblem(this._name, trans, registries);
    if (!problem && this._isPushed && !parseName(this._name, registries).registry) {
      return trans.__('To push, start the name with a registry, as in registry.example.com/team/churn:v1');
    }
    return problem;
  }

  get isReady(): boolean {
    return this.problem === '' && messageProblem(this._message, this.actions.trans) === '' && this.state.isReady;
  }

  /** The line that packs the same; with a Kitfile that is only here, the cell that has it below the line. */
  get line(): LineData | null {
    const { addsNotebook, check, isOwnText } = this.state;
    const adds = addsNotebook ? ['--add-notebook'] : [];
    const flags = [
      '-t',
      this._name,
      ...messageWords(this._message),
      ...adds,
      ...(this._isRecorded ? ['--env'] : []),
      ...(this._isPushed ? ['--push'] : []),
      ...this.variables.words
    ];
    if (!check.value || this.problem || messageProblem(this._message, this.actions.trans)) {
      return null;
    }
    const line = extended(check.value.command, ...flags);
    return isOwnText ? { ...line, body: this.state.text } : line;
  }

  override dispose(): void {
    this.state.dispose();
    this.variables.dispose();
    super.dispose();
  }

  /** What is typed since the preview is packed, too. */
  protected async send(): Promise<Job> {
    await this._options.save();
    const { directory, notebook } = this._options;
    const { kernel } = this.variables;
    if (this.variables.count && kernel) {
      return this._runIn(kernel);
    }
    return this.actions.model.startJob({
      kind: 'pack',
      directory,
      notebook,
      kitfile: this.state.text,
      add_notebook: this.state.addsNotebook,
      reference: this._name,
      message: messageOf(this._message),
      record_environment: this._isRecorded,
      push: this._isPushed,
      follow_links: this.state.followsLinks
    });
  }

  /** The server has no variables: their kernel runs the line that is shown. */
  private _runIn(kernel: Kernel.IKernelConnection): Job {
    const { model, trans } = this.actions;
    const [line, reference] = [this.line!, this._name];
    const title = trans.__('Snapshot %1', reference);
    return packInKernel({ kernel, jobs: model.jobs, code: this._write(line), line, reference, title });
  }

  /** A line as it means the same in the kernel: one that works elsewhere gets paths in full. */
  private _write(line: LineData): string {
    const { model } = this.actions;
    const isHere = this.variables.listing?.place === 'here';
    return written(line, { root: model.status?.root ?? '', folder: isHere ? this._options.directory : null });
  }

  protected fields(): JSX.Element {
    const { state } = this;
    const write = this.variables.count ? (line: LineData) => this._write(line) : this.actions.write;
    const actions = { ...this.actions, write };
    const { trans, model } = actions;
    const { directory, notebook } = this._options;
    const last = model.registries.map(({ name }) => `${name}/${this._name.split('/').pop()}`);
    return (
      <div className="kitops-Pack">
        <p>
          {notebook ? trans.__('The notebook and its folder:') : trans.__('The folder:')}{' '}
          <bdi className="kitops-Name">{inert(notebook || directory || '/', 200)}</bdi>
          {this._isSaved && <span className="kitops-Quiet"> {trans.__('saved just now')}</span>}
        </p>
        <TextField
          label={trans.__('Name of the kit')}
          value={this._name}
          problem={this.problem}
          hint={trans.__('name:tag stays in the local store; REGISTRY/name:tag can be pushed.')}
          offered={last}
          isFirst
          onChange={value => {
            this.name = value;
          }}
        />
        <MessageField
          trans={trans}
          onChange={value => {
            this.message = value;
          }}
        />
        <Preview state={state} actions={actions} />
        <Variables state={this.variables} actions={actions} />
        <div className="kitops-Choices">
          {state.hasLinks && (
            <CheckField
              label={trans.__('Follow links: pack the files that they point to')}
              isChecked={state.followsLinks}
              onChange={isChecked => {
                state.followsLinks = isChecked;
              }}
            />
          )}
          <CheckField
            label={trans.__('Record the environment: Python and its packages, as files that install them')}
            isChecked={this._isRecorded}
            onChange={isChecked => {
              this.isRecorded = isChecked;
            }}
          />
          <CheckField
            label={trans.__('Also push it to its registry')}
            isChecked={this._isPushed}
            onChange={isChecked => {
              this.isPushed = isChecked;
            }}
          />
        </div>
        <KitLine line={this.line} actions={actions} />
      </div>
    );
  }

  /** The preview is of what is on disk: so what is open is saved first. */
  private async _save(): Promise<void> {
    try {
      this._isSaved = await this._options.save();
    } finally {
      this.state.load();
      void this.variables.load();
      this.moved();
    }
  }

  private _isPushed = false;
  private _isRecorded: boolean;
  private _isSaved = false;
  private _message = '';
  private _name: string;
}
