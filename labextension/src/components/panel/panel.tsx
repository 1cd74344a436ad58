import type { JSX } from 'react';

import { useSignals } from '../signal';
import type { IPanelOptions } from '.';

export function Panel({ model, trans }: IPanelOptions): JSX.Element {
  useSignals(model.changed);
  return (
    <div className="kitops-Panel-body">
      <h2>{trans.__('ModelKits')}</h2>
      <p>{model.server}</p>
    </div>
  );
}
