import type { JSX } from 'react';

import type { IActions } from '../shared/actions';
import { Failure, Waiting } from '../shared/notes';
import { Problems } from '../shared/source';
import { Code } from './code';
import type { KitState } from './state';

/** The Kitfile as text, and what there is to say against it. */
export function KitfileView({ state, actions }: { state: KitState; actions: IActions }): JSX.Element {
  const { trans } = actions;
  const { problems } = state;
  const kit = state.kit.value!;
  const found = problems.value ?? [];
  return (
    <div className="kitops-Kitfile">
      {problems.error && <Failure error={problems.error} actions={actions} retry={() => void problems.reload()} />}
      {problems.isLoading && <Waiting>{trans.__('Checking the Kitfile…')}</Waiting>}
      {found.length > 0 && <Problems problems={found} actions={actions} />}
      {kit.kitfile_yaml ? (
        <Code
          text={kit.kitfile_yaml}
          label={trans.__('Kitfile')}
          path="kitfile.yaml"
          actions={actions}
          marked={new Set(found.map(problem => problem.line))}
        />
      ) : (
        <p className="kitops-Empty">{trans.__('This kit has no Kitfile.')}</p>
      )}
    </div>
  );
}
