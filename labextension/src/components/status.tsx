import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { JSX } from 'react';

import { inert, share } from '../format';
import { kitIcon } from '../icons';
import type { Jobs } from '../model';
import { useSignals } from './shared/signal';

/** How far all transfers are together. */
export class StatusItem extends ReactWidget {
  constructor(
    private readonly _jobs: Jobs,
    private readonly _trans: TranslationBundle,
    private readonly _onClick: () => void
  ) {
    super();
    this.addClass('kitops-Status');
  }

  protected override render(): JSX.Element {
    return <Going jobs={this._jobs} trans={this._trans} onClick={this._onClick} />;
  }
}

function Going({
  jobs,
  trans,
  onClick
}: {
  jobs: Jobs;
  trans: TranslationBundle;
  onClick: () => void;
}): JSX.Element | null {
  useSignals(jobs.changed);
  const going = jobs.going;
  if (!going.length) {
    return null;
  }
  const isKnown = going.every(job => job.total_bytes !== null);
  const done = going.reduce((sum, job) => sum + job.done_bytes, 0);
  const total = going.reduce((sum, job) => sum + (job.total_bytes ?? 0), 0);
  const part = isKnown ? share(done, total) : null;
  const name =
    going.length === 1 ? inert(going[0].title || going[0].reference, 40) : trans.__('%1 transfers', going.length);
  return (
    <button type="button" className="kitops-Status-button" title={trans.__('Show the transfers')} onClick={onClick}>
      <kitIcon.react tag="span" className="kitops-Icon" />
      <bdi>{name}</bdi>
      {part === null ? null : <span>{`${Math.floor(part * 100)} %`}</span>}
    </button>
  );
}
