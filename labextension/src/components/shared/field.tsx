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
}

/** A line to type, with what is wrong with it below. */
export function TextField(props: ITextFieldProps): JSX.Element {
  const { label, value, onChange, problem = '', hint, placeholder, offered = [], isFirst } = props;
  const id = useId();
  return (
    <div className="kitops-Field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className={`jp-mod-styled${isFirst ? ' kitops-mod-first' : ''}`}
        type="text"
        value={value}
        spellCheck={false}
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
