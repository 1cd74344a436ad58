import type { TranslationBundle } from '@jupyterlab/translation';
import type { LabIcon } from '@jupyterlab/ui-components';
import { copyIcon } from '@jupyterlab/ui-components';
import type { AriaAttributes, ButtonHTMLAttributes, JSX, MouseEvent, ReactNode } from 'react';

import type { LineData } from '../../lines';
import { isSaid, noLine } from '../../lines';

interface IIconButtonProps {
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
export function IconButton({ icon, label, isShy, ...rest }: IIconButtonProps): JSX.Element {
  return (
    <PlainButton
      {...rest}
      className={isShy ? 'kitops-IconButton kitops-mod-shy' : 'kitops-IconButton'}
      aria-label={label}
      title={label}
    >
      <icon.react tag="span" className="kitops-Icon" />
    </PlainButton>
  );
}

interface ICopyLineProps {
  /** One that cannot be said: the button is there, and says why it has nothing to copy. */
  line: LineData;
  copy: (line: LineData) => void;
  trans: TranslationBundle;
  tabIndex?: number;
  isShy?: boolean;
}

/** Copies the %kit line of what it stands beside. */
export function CopyLine({ line, copy, trans, ...rest }: ICopyLineProps): JSX.Element {
  return (
    <IconButton
      {...rest}
      icon={copyIcon}
      label={isSaid(line) ? trans.__('Copy the %kit line') : noLine(trans)}
      disabled={!isSaid(line)}
      onClick={() => copy(line)}
    />
  );
}

interface ITextButtonProps extends AriaAttributes {
  children: string;
  onClick: () => void;
  title?: string;
  tabIndex?: number;
  disabled?: boolean;
}

/** A button with a word on it, small enough for a row. */
export function TextButton(props: ITextButtonProps): JSX.Element {
  return <PlainButton {...props} className="kitops-Button kitops-mod-small" />;
}

type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement>;

/** A button of a tab or a dialog. */
export function Button(props: ButtonProps): JSX.Element {
  return <button type="button" {...props} className="kitops-Button" />;
}

/** A button that looks as a link does. */
export function LinkButton(props: ButtonProps): JSX.Element {
  return <button type="button" {...props} className="kitops-Link" />;
}

/** A click on it is its own, not its row's. */
function PlainButton({ onClick, ...rest }: ButtonProps & { onClick: () => void }): JSX.Element {
  return (
    <button
      type="button"
      {...rest}
      onClick={(event: MouseEvent) => {
        event.stopPropagation();
        onClick();
      }}
    />
  );
}

interface ITableProps {
  heads: readonly string[];
  label?: string;
  children: ReactNode;
}

/** Rows under their heads. */
export function Table({ heads, label, children }: ITableProps): JSX.Element {
  return (
    <table className="kitops-Table" aria-label={label}>
      <thead>
        <tr>
          {heads.map((head, index) => (
            <th key={index} scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}

interface IBarProps {
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
