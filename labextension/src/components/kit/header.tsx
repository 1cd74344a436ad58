import { copyIcon, ellipsesIcon } from '@jupyterlab/ui-components';
import type { JSX, MouseEvent } from 'react';

import { inert, shortDigest, size } from '../../format';
import { CommandIDs } from '../../tokens';
import type { IActions } from '../shared/actions';
import { Button, IconButton } from '../shared/parts';
import type { KitState } from './state';
import { hasVariables } from './variables';

interface IHeaderProps {
  state: KitState;
  actions: IActions;
  /** Show what else there is to do, below a button; null when there is no room for a menu. */
  openMenu: ((button: HTMLElement) => void) | null;
}

/** Which kit it is, and what can be done with it. */
export function Header({ state, actions, openMenu }: IHeaderProps): JSX.Element {
  const { copy, run, trans } = actions;
  const { isRemote, pull, reference } = state;
  const kit = state.kit.value;
  return (
    <header className="kitops-Header">
      <div className="kitops-Header-name">
        <h2 title={inert(reference, 2000)}>
          <bdi>{inert(reference, 160)}</bdi>
        </h2>
        {kit && (
          <span className="kitops-Header-digest">
            <code title={inert(kit.digest)}>{shortDigest(inert(kit.digest))}</code>
            <IconButton icon={copyIcon} label={trans.__('Copy the digest')} onClick={() => copy(kit.digest)} />
          </span>
        )}
        {kit && <span className="kitops-Quiet">{factsOf(state, actions)}</span>}
      </div>
      <div className="kitops-Header-buttons" role="toolbar" aria-label={trans.__('Actions')}>
        <Button disabled={!kit?.layers.length || pull?.isStarting} onClick={() => state.pullAll()}>
          {pull?.isHere ? trans.__('Unpack all') : trans.__('Pull all')}
        </Button>
        {kit && hasVariables(kit) && (
          <Button onClick={() => void run(CommandIDs.load, { reference, remote: isRemote })}>
            {trans.__('Load into a notebook')}
          </Button>
        )}
        <Button disabled={!kit} onClick={() => void run(CommandIDs.promote, { reference })}>
          {trans.__('Promote…')}
        </Button>
        <Button disabled={!kit} onClick={() => (state.tab = 'diff')}>
          {trans.__('Diff with…')}
        </Button>
        {openMenu && kit && (
          <button
            type="button"
            className="kitops-Button kitops-Header-more"
            aria-haspopup="menu"
            aria-label={trans.__('More actions')}
            title={trans.__('More actions')}
            onClick={(event: MouseEvent<HTMLElement>) => openMenu(event.currentTarget)}
          >
            <ellipsesIcon.react tag="span" elementSize="normal" />
          </button>
        )}
      </div>
    </header>
  );
}

function factsOf(state: KitState, { trans }: IActions): string {
  const { size_bytes, is_local, layers } = state.kit.value!;
  return [
    trans.__('%1 stored', size(size_bytes)),
    trans._n('%1 layer', '%1 layers', layers.filter(layer => !layer.remote_path).length),
    is_local ? trans.__('in the local store') : ''
  ]
    .filter(Boolean)
    .join(' · ');
}
