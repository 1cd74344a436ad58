import type { ISignal } from '@lumino/signaling';
import { useEffect, useReducer } from 'react';

/**
 * Draw again when one of these signals is emitted: at once, for a page takes back a key or a tick that is not drawn by
 * the end of its event; then once a frame, however often they are. Answers how often it was.
 */
export function useSignals(...signals: readonly (ISignal<unknown, unknown> | null | undefined)[]): number {
  const [count, redraw] = useReducer((before: number) => before + 1, 0);
  useEffect(() => {
    let frame = 0;
    let isBehind = false;
    const draw = (): void => {
      isBehind = false;
      frame = requestAnimationFrame(() => {
        frame = 0;
        if (isBehind) {
          draw();
        }
      });
      redraw();
    };
    const slot = (): void => {
      if (frame) {
        isBehind = true;
      } else {
        draw();
      }
    };
    signals.forEach(signal => signal?.connect(slot));
    return () => {
      cancelAnimationFrame(frame);
      signals.forEach(signal => signal?.disconnect(slot));
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the signals are the dependencies
  }, signals);
  return count;
}

/** Draws at once: the page takes a key back that a field does not show by the end of its event. */
export function useRedraw(): () => void {
  return useReducer((before: number) => before + 1, 0)[1];
}
