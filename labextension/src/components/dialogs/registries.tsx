import type { JSX } from 'react';
import { useEffect } from 'react';

import { inert } from '../../format';
import { CommandIDs } from '../../tokens';
import type { RegistryRow } from '../../wire';
import type { IActions } from '../shared/actions';
import { Button, LinkButton, Table } from '../shared/parts';
import { useSignals } from '../shared/signal';

/** All registries, as a part of JupyterLab's settings: what the panel has and `registries.json` keeps, not a copy. */
export function Registries({ actions }: { actions: IActions }): JSX.Element {
  const { model, run, trans } = actions;
  useSignals(model.changed);
  useEffect(() => void model.refreshStatus().catch(() => undefined), [model]);
  const problem = model.error?.message ?? model.status?.problem?.message;
  return (
    <fieldset className="kitops-Registries">
      <legend>{trans.__('Registries')}</legend>
      <p className="kitops-Quiet">
        {trans.__('Cells, the terminal and the panel use the same ones. Logins are kept apart, and never shown.')}
      </p>
      {problem && (
        <p className="kitops-Notice" role="alert">
          {inert(problem, 600)}
        </p>
      )}
      {model.registries.length > 0 && (
        <Table heads={[trans.__('Name'), trans.__('Address'), trans.__('Login'), trans.__('Actions')]}>
          {model.registries.map(row => (
            <Registry key={row.name} row={row} actions={actions} />
          ))}
        </Table>
      )}
      {!problem && !model.registries.length && <p>{trans.__('No registries added yet.')}</p>}
      <Button onClick={() => void run(CommandIDs.addRegistry, {})}>{trans.__('Add a Registry…')}</Button>
    </fieldset>
  );
}

function Registry({ row, actions }: { row: RegistryRow; actions: IActions }): JSX.Element {
  const { run, trans } = actions;
  const { name, is_named: isNamed, signed_in_as: user } = row;
  const shown = inert(name, 80);
  const acts: [label: string, name: string, command: string][] = [
    [trans.__('Edit…'), trans.__('Edit %1', shown), CommandIDs.editRegistry],
    user
      ? [trans.__('Sign out'), trans.__('Sign out of %1', shown), CommandIDs.signOut]
      : [trans.__('Sign in…'), trans.__('Sign in to %1', shown), CommandIDs.signIn],
    ...(isNamed
      ? [[trans.__('Remove…'), trans.__('Remove %1', shown), CommandIDs.removeRegistry] as [string, string, string]]
      : [])
  ];
  return (
    <tr>
      <td>
        <bdi>{shown}</bdi>
      </td>
      <td>
        <bdi>{inert(row.url || name, 200)}</bdi> <span className="kitops-Quiet">{reachedBy(row, actions)}</span>
      </td>
      <td>{user ? inert(user, 60) : trans.__('none')}</td>
      <td className="kitops-Registries-acts">
        {acts.map(([label, long, command]) => (
          <LinkButton key={command} aria-label={long} onClick={() => void run(command, { registry: name })}>
            {label}
          </LinkButton>
        ))}
      </td>
    </tr>
  );
}

/** What is not as usual. */
function reachedBy({ plain_http, tls_verify, ca, client_cert }: RegistryRow, { trans }: IActions): string {
  return [
    plain_http ? trans.__('without TLS') : '',
    tls_verify ? '' : trans.__('certificate not verified'),
    ca ? trans.__('CA file %1', inert(ca, 200)) : '',
    client_cert ? trans.__('client certificate %1', inert(client_cert, 200)) : ''
  ]
    .filter(Boolean)
    .join(', ');
}
