import { caretDownIcon, caretRightIcon } from '@jupyterlab/ui-components';
import type { JSX, ReactNode } from 'react';
import { useId } from 'react';

interface ISectionProps {
  title: string;
  isOpen: boolean;
  onToggle: () => void;
  /** What stands at the right end of the title. */
  extra?: ReactNode;
  children: ReactNode;
}

/** A part of the panel that can be folded. */
export function Section({ title, isOpen, onToggle, extra, children }: ISectionProps): JSX.Element {
  const id = useId();
  const caret = isOpen ? caretDownIcon : caretRightIcon;
  return (
    <section className="kitops-Section" aria-labelledby={id}>
      <div className="kitops-Section-head">
        <button type="button" id={id} className="kitops-Section-title" aria-expanded={isOpen} onClick={onToggle}>
          <caret.react tag="span" className="kitops-Row-caret" />
          {title}
        </button>
        {extra}
      </div>
      {isOpen ? <div className="kitops-Section-body">{children}</div> : null}
    </section>
  );
}
