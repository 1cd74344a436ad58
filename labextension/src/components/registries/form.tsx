import type { Dialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { JSX } from 'react';

export interface IField {
  name: string;
  label: string;
  kind: 'text' | 'password' | 'checkbox';
  value?: string;
  isChecked?: boolean;
  placeholder?: string;
  hint?: string;
}

export type Answers = { [name: string]: string };

/** The fields of a dialog. What was typed lives in the page's fields alone, and goes with them. */
export class Form extends ReactWidget implements Dialog.IBodyWidget<Answers> {
  constructor(
    private readonly _fields: readonly IField[],
    private readonly _problem: string,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('kitops-Form');
  }

  /** A checkbox that is ticked answers "yes", another nothing. */
  getValue(): Answers {
    const inputs = [...this.node.querySelectorAll('input')];
    return Object.fromEntries(
      inputs.map(each => [each.name, each.type === 'checkbox' ? (each.checked ? 'yes' : '') : each.value])
    );
  }

  protected override render(): JSX.Element {
    return (
      <>
        {this._problem ? (
          <p className="kitops-Form-problem" role="alert">
            {this._problem}
          </p>
        ) : null}
        {this._fields.map(field => (
          <Field key={field.name} {...field} />
        ))}
        {this._fields.some(field => field.kind === 'password') ? (
          <p className="kitops-Quiet">
            {this._trans.__(
              'It goes to your Jupyter server once, and into the credential store that the kit program reads, too.'
            )}
          </p>
        ) : null}
      </>
    );
  }
}

function Field({ name, label, kind, value, isChecked, placeholder, hint }: IField): JSX.Element {
  if (kind === 'checkbox') {
    return (
      <label className="kitops-Form-check">
        <input type="checkbox" name={name} defaultChecked={isChecked} />
        {label}
      </label>
    );
  }
  return (
    <label className="kitops-Form-field">
      {label}
      <input
        className="jp-mod-styled"
        type={kind}
        name={name}
        defaultValue={value}
        placeholder={placeholder}
        autoComplete={kind === 'password' ? 'new-password' : 'off'}
        autoCapitalize="off"
        spellCheck={false}
      />
      {hint ? <small>{hint}</small> : null}
    </label>
  );
}
