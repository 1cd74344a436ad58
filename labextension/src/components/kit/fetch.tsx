import type { JSX } from 'react';

import type { IFilePlace } from '../../model';
import type { IActions } from '../shared/actions';
import { Button } from '../shared/parts';
import type { KitState } from './state';

interface IFetchProps {
  state: KitState;
  actions: IActions;
  place: IFilePlace;
}

/** Brings a file that is not shown, or not whole; where others are selected already, it is added to them. */
export function Fetch({ state, actions: { trans }, place }: IFetchProps): JSX.Element {
  const { pull, tree } = state;
  const [alone, added] = pull?.isHere
    ? [trans.__('Unpack this file'), trans.__('Select it to unpack')]
    : [trans.__('Pull this file'), trans.__('Select it to pull')];
  return (
    <p>
      <Button disabled={pull?.isStarting} onClick={() => void state.fetch(place)}>
        {tree?.tick === 'none' ? alone : added}
      </Button>
    </p>
  );
}
