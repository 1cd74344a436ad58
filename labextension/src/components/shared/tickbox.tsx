import type { JSX } from 'react';
import { useEffect, useRef } from 'react';

/** All of it, some, or nothing. */
export type Tick = 'all' | 'some' | 'none';

interface ITickBoxProps {
  tick: Tick;
  label: string;
  isDisabled?: boolean;
  /** The keyboard reaches it through its row. */
  isInRow?: boolean;
  /** With whether the shift key was down, which means all up to here. */
  onToggle: (isRange: boolean) => void;
}

/** A box with three states; the third can't be set in the page's markup. */
export function TickBox({ tick, label, isDisabled = false, isInRow = false, onToggle }: ITickBoxProps): JSX.Element {
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (box.current) {
      box.current.indeterminate = tick === 'some';
    }
  }, [tick]);
  return (
    <input
      ref={box}
      className="kitops-Tick"
      type="checkbox"
      checked={tick === 'all'}
      disabled={isDisabled}
      aria-label={label}
      aria-checked={tick === 'some' ? 'mixed' : tick === 'all'}
      tabIndex={isInRow ? -1 : 0}
      onClick={event => event.stopPropagation()}
      onChange={({ nativeEvent }) => onToggle((nativeEvent as MouseEvent).shiftKey === true)}
    />
  );
}
