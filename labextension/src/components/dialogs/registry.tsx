import type { JSX } from 'react';

import { KitError } from '../../client';
import { inert } from '../../format';
import type { LineData } from '../../lines';
import type { RegistryCheck, RegistryEntry, RegistryRow } from '../../wire';
import type { IActions } from '../shared/actions';
import { CheckField, TextField } from '../shared/field';
import { Form } from '../shared/form';
import { Failure, KitLine } from '../shared/notes';
import { Button } from '../shared/parts';

/** What the server takes for a registry's name. */
const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?$/;

const SCHEME = /^https?:\/\//i;

/** A field that is a file of the server's machine. */
type File = 'ca' | 'client_cert' | 'client_key';

/** What a field under Advanced helps against. */
const ADVANCED: readonly RegistryCheck['verdict'][] = ['untrusted', 'wants_certificate'];

/** A registry's address, how it is reached, and the name that it has here. It is asked before it is taken. */
export class RegistryForm extends Form<RegistryRow> {
  /** With a registry, that one is changed. */
  constructor(
    actions: IActions,
    private readonly _row: RegistryRow | null = null
  ) {
    super(actions);
    this._url = _row ? _row.url || _row.name : '';
    this._isPlain = _row?.plain_http ?? false;
    this._isTrusting = _row ? !_row.tls_verify : false;
    const { ca = '', client_cert = '', client_key = '' } = _row ?? {};
    this._files = { ca, client_cert, client_key };
    this._isAdvanced = Boolean(ca || client_cert || client_key || this._isTrusting);
  }

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

  protected async send(): Promise<RegistryRow | null> {
    const { model } = this.actions;
    const entry = this._entry;
    if (!this._isForced) {
      const check = await model.checkRegistry(entry);
      if (check.verdict !== 'ok' && check.verdict !== 'sign_in') {
        this._check = check;
        const isInAdvanced = check.field ? check.field !== 'url' : ADVANCED.includes(check.verdict);
        this._isAdvanced ||= isInAdvanced;
        return null;
      }
    }
    return model.addRegistry(entry);
  }

  protected fields(): JSX.Element {
    const { trans } = this.actions;
    return (
      <>
        <TextField
          label={trans.__('Address')}
          name="url"
          value={this._url}
          problem={this._problemOf('url')}
          placeholder={trans.__('https://ghcr.io')}
          isFirst
          onChange={value => this._take(() => (this._url = value.trim()))}
        />
        {!this._row && (
          <TextField
            label={trans.__('Name in the panel and in references')}
            name="name"
            value={this._name}
            problem={this.problem}
            hint={trans.__('%kit lines accept it instead of the address.')}
            placeholder={trans.__('optional')}
            onChange={value => this._take(() => (this._name = value.trim()))}
          />
        )}
        <CheckField
          label={trans.__('Without TLS (only on this machine or a network you trust)')}
          isChecked={this._isWithoutTls}
          onChange={isChecked => this._take(() => this._setPlain(isChecked))}
        />
        <details open={this._isAdvanced} onToggle={event => (this._isAdvanced = event.currentTarget.open)}>
          <summary>{trans.__('Advanced')}</summary>
          {this._file('ca', trans.__('CA file'), trans.__('A PEM file on the server, for a CA of your own'))}
          {this._file('client_cert', trans.__('Client certificate'), trans.__('Where the registry asks for one'))}
          {this._file('client_key', trans.__('Key of the client certificate'), trans.__('Without a passphrase'))}
          <CheckField
            label={trans.__('Do not verify the certificate (anybody can pretend to be the registry)')}
            isChecked={this._isTrusting}
            onChange={isChecked => this._take(() => (this._isTrusting = isChecked))}
          />
        </details>
        {this._check && this._found(this._check)}
        {this.isReady && <KitLine line={this._line} actions={this.actions} />}
      </>
    );
  }

  private _file(field: File, label: string, hint: string): JSX.Element {
    return (
      <TextField
        label={label}
        name={field}
        value={this._files[field]}
        problem={this._problemOf(field)}
        hint={hint}
        placeholder={this.actions.trans.__('optional')}
        onChange={value => this._take(() => (this._files[field] = value.trim()))}
      />
    );
  }

  /** Why it was not taken yet, and the ways on. */
  private _found(check: RegistryCheck): JSX.Element {
    const { actions } = this;
    const { trans } = actions;
    const again = (change: () => void): void => {
      this._take(change);
      this.press();
    };
    return (
      <>
        {!check.field && (
          <Failure error={new KitError(check.verdict, check.message, this._advice(check))} {...{ actions }} />
        )}
        <div className="kitops-Failure-buttons">
          {check.verdict === 'no_tls' && (
            <Button onClick={() => again(() => this._setPlain(true))}>{trans.__('Use it without TLS')}</Button>
          )}
          {check.verdict === 'only_tls' && (
            <Button onClick={() => again(() => this._setPlain(false))}>{trans.__('Use it with TLS')}</Button>
          )}
          {check.verdict !== 'bad_field' && (
            <Button onClick={() => again(() => (this._isForced = true))}>
              {this._row ? trans.__('Save anyway') : trans.__('Add anyway')}
            </Button>
          )}
        </div>
      </>
    );
  }

  /** What helps here; the server's own hints are flags of the command line. */
  private _advice({ verdict, hint }: RegistryCheck): string {
    const { trans } = this.actions;
    switch (verdict) {
      case 'no_tls':
        return trans.__('It speaks HTTP. Use it without TLS only on this machine or a network you trust.');
      case 'only_tls':
        return trans.__('It only accepts TLS.');
      case 'untrusted':
        return trans.__('If the registry has a CA of its own, name the CA file under Advanced.');
      case 'wants_certificate':
        return trans.__('If it asks for a client certificate, name one under Advanced.');
      case 'unreachable':
        return trans.__('Check the address and the network.');
      default:
        return hint;
    }
  }

  private _problemOf(field: RegistryCheck['field']): string {
    return this._check?.field === field ? inert(this._check.message, 1000) : '';
  }

  /** What changes makes what was found old. */
  private _take(change: () => void): void {
    this._check = null;
    this._isForced = false;
    change();
    this.moved();
  }

  private _setPlain(isPlain: boolean): void {
    this._isPlain = isPlain;
    this._url = this._url.replace(SCHEME, '');
  }

  private get _entry(): RegistryEntry {
    const plain_http = this._isWithoutTls;
    const url = `${plain_http ? 'http' : 'https'}://${this._host}`;
    return { name: this._called, url, plain_http, tls_verify: !this._isTrusting, ...this._files };
  }

  private get _line(): LineData {
    const { ca, client_cert: cert, client_key: key } = this._files;
    const { name, url } = this._entry;
    const flags = Object.entries({ '--tls-cert': ca, '--cert': cert, '--key': key }).filter(([, file]) => file);
    const verify = this._isTrusting ? ['--tls-verify', 'false'] : [];
    const paths = flags.flatMap(([, file], at) => (file.startsWith('~') ? [] : [2 * at + 5]));
    return { words: ['registry', 'add', name, url, ...flags.flat(), ...verify], paths };
  }

  private get _called(): string {
    return this._row?.name ?? (this._name || this._host);
  }

  private get _host(): string {
    return this._url.replace(SCHEME, '').replace(/\/+$/, '');
  }

  private get _isWithoutTls(): boolean {
    return /^http:/i.test(this._url) || (this._isPlain && !/^https:/i.test(this._url));
  }

  private _check: RegistryCheck | null = null;
  private readonly _files: { [field in File]: string };
  private _isAdvanced: boolean;
  private _isForced = false;
  private _isPlain: boolean;
  private _isTrusting: boolean;
  private _name = '';
  private _url: string;
}
