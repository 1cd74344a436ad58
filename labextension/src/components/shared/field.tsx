import type { JSX, ReactNode } from 'react';
import { useId } from 'react';

interface ITextFieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  problem?: string;
  hint?: ReactNode;
  placeholder?: string;
  offered?: readonly string[];
  isFirst?: boolean;
  /** The field's name in the page. */
  name?: string;
}

/** A line to type, with what is wrong with it below. */
export function TextField(props: ITextFieldProps): JSX.Element {
  const { label, value, onChange, problem = '', hint, placeholder, offered = [], isFirst, name } = props;
  const id = useId();
  return (
    <div className="kitops-Field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        name={name}
        className={`jp-mod-styled${isFirst ? ' kitops-mod-first' : ''}`}
        type="text"
        value={value}
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
        placeholder={placeholder}
        list={offered.length ? `${id}list` : undefined}
        aria-invalid={problem !== ''}
        aria-describedby={`${id}told`}
        onChange={event => onChange(event.target.value)}
      />
      {offered.length > 0 && (
        <datalist id={`${id}list`}>
          {offered.map(each => (
            <option key={each} value={each} />
          ))}
        </datalist>
      )}
      <small
        id={`${id}told`}
        className={problem ? 'kitops-Field-problem' : 'kitops-Quiet'}
        role={problem ? 'alert' : undefined}
      >
        {problem || hint}
      </small>
    </div>
  );
}

/** A secret to type: it is in the page's field and nowhere else, as React would write a value into the page's markup. */
export function SecretField({ label, hint }: { label: string; hint: string }): JSX.Element {
  const id = useId();
  return (
    <div className="kitops-Field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className="jp-mod-styled"
        type="password"
        autoComplete="new-password"
        aria-describedby={`${id}told`}
      />
      <small id={`${id}told`} className="kitops-Quiet">
        {hint}
      </small>
    </div>
  );
}

interface ICheckFieldProps {
  label: string;
  isChecked: boolean;
  onChange: (isChecked: boolean) => void;
  hint?: string;
  isDisabled?: boolean;
}

export function CheckField({ label, isChecked, onChange, hint, isDisabled = false }: ICheckFieldProps): JSX.Element {
  return (
    <label className="kitops-Choice" title={hint}>
      <input
        type="checkbox"
        checked={isChecked}
        disabled={isDisabled}
        onChange={event => onChange(event.target.checked)}
      />
      {label}
    </label>
  );
}
