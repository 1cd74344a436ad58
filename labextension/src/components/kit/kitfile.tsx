import type { JSX } from 'react';

import { inert } from '../../format';
import type { IActions } from '../shared/actions';
import { Failure, Waiting } from '../shared/notes';
import { Problems, Source } from '../shared/source';
import type { KitState } from './state';

/** The Kitfile as text, and what there is to say against it. */
export function KitfileView({ state, actions }: { state: KitState; actions: IActions }): JSX.Element {
  const { trans } = actions;
  const { problems } = state;
  const kit = state.kit.value!;
  const found = problems.value ?? [];
  const facts: [string, string][] = [
    [trans.__('Name'), kit.kit_name],
    [trans.__('Version'), kit.kit_version],
    [trans.__('Authors'), kit.authors.join(', ')],
    [trans.__('License'), kit.license],
    [trans.__('Description'), kit.description]
  ];
  return (
    <div className="kitops-Kitfile">
      <dl className="kitops-Facts">
        {facts.map(([label, value]) =>
          value ? (
            <div key={label}>
              <dt>{label}</dt>
              <dd>
                <bdi title={inert(value, 4000)}>{inert(value, 600)}</bdi>
              </dd>
            </div>
          ) : null
        )}
      </dl>
      {problems.error && <Failure error={problems.error} actions={actions} retry={() => void problems.reload()} />}
      {problems.isLoading && <Waiting>{trans.__('Checking the Kitfile…')}</Waiting>}
      {found.length > 0 && <Problems problems={found} actions={actions} />}
      {kit.kitfile_yaml ? (
        <Source
          text={kit.kitfile_yaml}
          label={trans.__('Kitfile')}
          marked={new Set(found.map(problem => problem.line))}
        />
      ) : (
        <p className="kitops-Empty">{trans.__('This kit has no Kitfile.')}</p>
      )}
    </div>
  );
}
