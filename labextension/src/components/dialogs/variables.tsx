import type { TranslationBundle } from '@jupyterlab/translation';
import type { JSX } from 'react';

import { inert, size } from '../../format';
import { LOAD } from '../../lines';
import type { IActions } from '../shared/actions';
import { Failure, Waiting } from '../shared/notes';
import { Button } from '../shared/parts';
import { TickBox } from '../shared/tickbox';
import type { IVariable, Role } from './kernelsaid';
import { ROLES } from './kernelsaid';
import type { KernelVariables } from './kernelvariables';

const SHOWN = 200;
/** So many are seen at once. */
const FEW = 6;

interface IVariablesProps {
  state: KernelVariables;
  actions: IActions;
}

/** What the notebook's kernel has in memory, to be ticked as files are; nothing where there is no Python kernel. */
export function Variables({ state, actions }: IVariablesProps): JSX.Element | null {
  const { trans } = actions;
  if (state.stage === 'none') {
    return null;
  }
  return (
    <section className="kitops-Variables" aria-label={trans.__('Variables in the kernel')}>
      <h3>
        {trans.__('Variables in the kernel')}{' '}
        <span className="kitops-Quiet" aria-live="polite">
          {state.count > 0 && trans._n('%1 ticked', '%1 ticked', state.count)}
        </span>
      </h3>
      <Body state={state} actions={actions} />
      {state.count > 0 && (
        <p className="kitops-Quiet">
          {trans.__(
            'The kernel has their values: it writes them as files of open formats, and packs by the line below.'
          )}
        </p>
      )}
    </section>
  );
}

function Body({ state, actions }: IVariablesProps): JSX.Element {
  const { trans } = actions;
  switch (state.stage) {
    case 'busy':
      return (
        <p className="kitops-Notice" role="status">
          {trans.__('The kernel is busy. Its variables are listed when it is idle.')}
        </p>
      );
    case 'missing':
      return (
        <div className="kitops-Notice">
          <p>{trans.__('The kernel has not loaded the extension that lists its variables.')}</p>
          <Button onClick={() => void state.loadExtension()}>{trans.__('Run %1', LOAD)}</Button>
        </div>
      );
    case 'failed':
      return <Failure error={state.error!} actions={actions} retry={() => void state.load()} />;
    case 'ready':
      return <Listed state={state} trans={trans} />;
    default:
      return <Waiting>{trans.__('Asking the kernel…')}</Waiting>;
  }
}

function Listed({ state, trans }: { state: KernelVariables; trans: TranslationBundle }): JSX.Element {
  const { place, total, variables } = state.listing!;
  const { shown } = state;
  const more = total - variables.length + Math.max(0, shown.length - SHOWN);
  if (place === 'unseen') {
    return <p className="kitops-Notice">{trans.__('The kernel does not see this folder, so it cannot pack it.')}</p>;
  }
  if (!variables.length) {
    return <p className="kitops-Empty">{trans.__('It has none that can be packed.')}</p>;
  }
  return (
    <>
      {variables.length > FEW && (
        <input
          className="jp-mod-styled"
          type="search"
          aria-label={trans.__('Filter variables')}
          placeholder={trans.__('Filter by name or type')}
          value={state.filter}
          onChange={({ target: { value } }) => (state.filter = value)}
        />
      )}
      <ul>
        {shown.slice(0, SHOWN).map(variable => (
          <Row key={variable.name} {...{ variable, state, trans }} />
        ))}
      </ul>
      {!shown.length && <p className="kitops-Empty">{trans.__('None has this in its name or type.')}</p>}
      {more > 0 && <p className="kitops-Quiet">{trans.__('and %1 more', more)}</p>}
    </>
  );
}

interface IRowProps {
  variable: IVariable;
  state: KernelVariables;
  trans: TranslationBundle;
}

function Row({ variable, state, trans }: IRowProps): JSX.Element {
  const { name, type } = variable;
  const role = state.roleOf(variable);
  return (
    <li>
      <TickBox
        tick={role ? 'all' : 'none'}
        label={trans.__('Pack the variable %1', name)}
        onToggle={() => state.toggle(variable)}
      />
      <bdi className="kitops-Node-name" title={name}>
        {name}
      </bdi>
      <span
        className="kitops-Variables-type"
        title={[inert(type), sizeOf(variable, trans)].filter(Boolean).join(' · ')}
      >
        {inert(type)}
      </span>
      <span className="kitops-Variables-size">{sizeOf(variable, trans)}</span>
      <select
        aria-label={trans.__('Pack %1 as', name)}
        value={role ?? variable.role}
        onChange={({ target: { value } }) => state.choose(variable, value as Role)}
      >
        {ROLES.map(each => (
          <option key={each} value={each}>
            {roleName(each, trans)}
          </option>
        ))}
      </select>
    </li>
  );
}

function roleName(role: Role, trans: TranslationBundle): string {
  return {
    model: trans.__('model'),
    dataset: trans.__('data set'),
    metric: trans.__('metric'),
    param: trans.__('parameter')
  }[role];
}

/** Its shape and its bytes, as far as they are known. */
function sizeOf({ shape, sizeBytes, items }: IVariable, trans: TranslationBundle): string {
  const bytes = sizeBytes === null ? '' : size(sizeBytes);
  const count = items === null ? '' : trans._n('%1 item', '%1 items', items);
  return [shape.join(' × '), bytes, count].filter(Boolean).join(' · ');
}
