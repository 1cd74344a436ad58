import type { LabIcon } from '@jupyterlab/ui-components';
import type { JSX, MouseEvent } from 'react';

export interface IIconButtonProps {
  icon: LabIcon;
  label: string;
  onClick: () => void;
  disabled?: boolean;
  /** In a tree the arrow keys go from row to row, and the row's menu has what its buttons do. */
  tabIndex?: number;
  /** Seen only when somebody is at the row that it is in. */
  isShy?: boolean;
}

/** A button that is only an icon: its label is its name and its title. */
export function IconButton({ icon, label, onClick, disabled, tabIndex, isShy }: IIconButtonProps): JSX.Element {
  return (
    <button
      type="button"
      className={isShy ? 'kitops-IconButton kitops-mod-shy' : 'kitops-IconButton'}
      aria-label={label}
      title={label}
      disabled={disabled}
      tabIndex={tabIndex}
      onClick={(event: MouseEvent) => {
        event.stopPropagation();
        onClick();
      }}
    >
      <icon.react tag="span" className="kitops-Icon" />
    </button>
  );
}

export interface ITextButtonProps {
  children: string;
  onClick: () => void;
  title?: string;
  tabIndex?: number;
  disabled?: boolean;
}

/** A small button with a word on it. */
export function TextButton({ children, onClick, title, tabIndex, disabled }: ITextButtonProps): JSX.Element {
  return (
    <button
      type="button"
      className="kitops-TextButton"
      title={title}
      disabled={disabled}
      tabIndex={tabIndex}
      onClick={(event: MouseEvent) => {
        event.stopPropagation();
        onClick();
      }}
    >
      {children}
    </button>
  );
}

export interface IBarProps {
  /** From 0 to 1; null when the whole is not known. */
  value: number | null;
  label: string;
}

/** How far something is. */
export function Bar({ value, label }: IBarProps): JSX.Element {
  const percent = value === null ? undefined : Math.floor(value * 100);
  return (
    <div
      className={value === null ? 'kitops-Bar kitops-mod-unknown' : 'kitops-Bar'}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
    >
      <div className="kitops-Bar-done" style={{ width: `${percent ?? 100}%` }} />
    </div>
  );
}
