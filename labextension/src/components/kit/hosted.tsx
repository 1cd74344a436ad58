import { MessageLoop } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import type { JSX } from 'react';
import { useEffect, useRef } from 'react';

interface IHostedProps {
  /** Makes the widget; another function makes another one. */
  make: () => Widget;
  className: string;
  label: string;
}

/** A Lumino widget in an element of React's. */
export function Hosted({ make, className, label }: IHostedProps): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const widget = make();
    if (host.current) {
      attach(widget, host.current);
    }
    return () => {
      MessageLoop.sendMessage(widget, Widget.Msg.BeforeDetach);
      widget.node.remove();
      MessageLoop.sendMessage(widget, Widget.Msg.AfterDetach);
      widget.dispose();
    };
  }, [make]);
  return <div ref={host} className={className} role="region" tabIndex={0} aria-label={label} />;
}

/** Lumino refuses to attach to an element that is not in the page yet; a tab that is restored is not. */
function attach(widget: Widget, host: HTMLElement): void {
  if (host.isConnected) {
    Widget.attach(widget, host);
  } else {
    host.append(widget.node);
  }
}
