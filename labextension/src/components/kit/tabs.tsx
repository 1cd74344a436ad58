import type { JSX, KeyboardEvent, ReactNode } from 'react';
import { useId, useRef } from 'react';

interface ITabsProps<T extends string> {
  tabs: readonly (readonly [tab: T, label: string])[];
  current: T;
  label: string;
  onTab: (tab: T) => void;
  children: ReactNode;
}

/** Tabs, as the ARIA practices have them: the arrow keys go from one to the next. */
export function Tabs<T extends string>({ tabs, current, label, onTab, children }: ITabsProps<T>): JSX.Element {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const at = tabs.findIndex(([tab]) => tab === current);
  const onKey = (event: KeyboardEvent): void => {
    const steps: { [key: string]: number } = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 };
    const next = steps[event.key];
    if (next !== undefined) {
      event.preventDefault();
      const index = (next + tabs.length) % tabs.length;
      onTab(tabs[index][0]);
      list.current?.querySelectorAll('button')[index]?.focus();
    }
  };
  return (
    <>
      <div ref={list} className="kitops-Tabs" role="tablist" aria-label={label} onKeyDown={onKey}>
        {tabs.map(([tab, text]) => (
          <button
            key={tab}
            type="button"
            id={`${id}${tab}`}
            className="kitops-Tab"
            role="tab"
            aria-selected={tab === current}
            aria-controls={`${id}panel`}
            tabIndex={tab === current ? 0 : -1}
            onClick={() => onTab(tab)}
          >
            {text}
          </button>
        ))}
      </div>
      <div id={`${id}panel`} className="kitops-TabPanel" role="tabpanel" aria-labelledby={`${id}${current}`}>
        {children}
      </div>
    </>
  );
}
