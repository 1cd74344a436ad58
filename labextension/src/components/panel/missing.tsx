import { Clipboard } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { copyIcon } from '@jupyterlab/ui-components';
import type { JSX } from 'react';

import { inert } from '../../format';
import type { IKitModel } from '../../model';
import type { Error } from '../../wire';
import { IconButton, TextButton } from '../shared/parts';

const MEND = 'jupyter server extension enable kitops_jupyter';

interface IMissingProps {
  model: IKitModel;
  trans: TranslationBundle;
}

/** A part of the settings that cannot be read: what is wrong, and how to fix it; everything else is shown. */
export function Unreadable({ problem }: { problem: Error }): JSX.Element {
  return (
    <div className="kitops-Missing" role="alert">
      <p>{inert(problem.message)}</p>
      <p className="kitops-Quiet">{inert(problem.hint)}</p>
    </div>
  );
}

/** What the panel says when there is no server extension to ask: why, and the command that fixes it. */
export function Missing({ model, trans }: IMissingProps): JSX.Element {
  const isMissing = model.server === 'missing';
  return (
    <div className="kitops-Missing" role="alert">
      <p>
        {isMissing
          ? trans.__('The Jupyter server runs without the kitops_jupyter extension.')
          : trans.__('The Jupyter server does not respond.')}
      </p>
      {isMissing ? (
        <>
          <p>{trans.__('Enable it where the server runs, then restart the server:')}</p>
          <div className="kitops-Command">
            <code>{MEND}</code>
            <IconButton
              icon={copyIcon}
              label={trans.__('Copy the command')}
              onClick={() => Clipboard.copyToSystem(MEND)}
            />
          </div>
        </>
      ) : (
        <p className="kitops-Quiet">{inert(model.error?.message ?? '')}</p>
      )}
      <TextButton onClick={() => void model.refresh()}>{trans.__('Try again')}</TextButton>
    </div>
  );
}
