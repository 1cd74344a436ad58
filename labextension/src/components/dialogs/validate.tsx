import { ReactWidget } from '@jupyterlab/ui-components';
import type { JSX } from 'react';

import type { Validated } from '../../wire';
import type { IActions } from '../shared/actions';
import { KitLine } from '../shared/notes';
import { Problems, Source } from '../shared/source';

/** What is wrong with a Kitfile, beside its text. */
export class Verdict extends ReactWidget {
  constructor(
    private readonly _actions: IActions,
    private readonly _path: string,
    private readonly _text: string,
    private readonly _verdict: Validated
  ) {
    super();
    this.addClass('kitops-Dialog');
  }

  protected override render(): JSX.Element {
    const { accepted, problems, warnings } = this._verdict;
    const { trans } = this._actions;
    return (
      <>
        <p className={`kitops-Outcome kitops-mod-${accepted ? 'done' : 'failed'}`} role="status">
          {accepted ? trans.__('The Kitfile is valid.') : trans._n('%1 problem', '%1 problems', problems.length)}
        </p>
        {problems.length > 0 && <Problems problems={problems} actions={this._actions} />}
        {warnings.length > 0 && (
          <>
            <p>{trans._n('%1 warning', '%1 warnings', warnings.length)}</p>
            <Problems problems={warnings} actions={this._actions} />
          </>
        )}
        <Source text={this._text} label={trans.__('Kitfile')} marked={new Set(problems.map(({ line }) => line))} />
        <KitLine line={{ words: ['validate', this._path], paths: [1] }} actions={this._actions} />
      </>
    );
  }
}
