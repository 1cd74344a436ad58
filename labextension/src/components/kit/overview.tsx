import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { JSX } from 'react';

import { age, inert, moment, size } from '../../format';
import type { EntryFacts } from '../../wire';
import type { IActions } from '../shared/actions';
import { Failure, Waiting } from '../shared/notes';
import { LinkButton, Table } from '../shared/parts';
import { FileView } from './fileview';
import { messageLines } from '../shared/message';
import type { KitState } from './state';

interface IOverviewProps {
  state: KitState;
  actions: IActions;
  rendermime: IRenderMimeRegistry | null;
}

/** What the kit is: the facts of its Kitfile, its parameters, and its README. */
export function Overview({ state, actions, rendermime }: IOverviewProps): JSX.Element {
  const { trans } = actions;
  const { readme } = state;
  const kit = state.kit.value!;
  const file = readme.value;
  return (
    <div className="kitops-Overview">
      {kit.description && <p className="kitops-Overview-lead">{inert(kit.description, 4000)}</p>}
      {kit.message && (
        <p className="kitops-Overview-message" aria-label={trans.__('Message')} role="note">
          {messageLines(kit.message)}
        </p>
      )}
      <div className="kitops-Overview-columns">
        <div className="kitops-Overview-readme">
          {readme.isLoading && <Waiting>{trans.__('Looking for a README…')}</Waiting>}
          {readme.error && <Failure error={readme.error} actions={actions} retry={() => void readme.reload()} />}
          {file?.path && (
            <>
              <h3>{inert(file.path, 160)}</h3>
              <FileView file={file} actions={actions} rendermime={rendermime} />
            </>
          )}
          {file && !file.path && <NoReadme isSure={file.is_whole} state={state} trans={trans} />}
        </div>
        <div className="kitops-Overview-facts">
          <Facts
            title={trans.__('Kit')}
            facts={[
              [trans.__('Name'), kit.kit_name],
              [trans.__('Version'), kit.kit_version],
              [trans.__('Authors'), kit.authors.join(', ')],
              [trans.__('License'), kit.license],
              [trans.__('Size'), size(kit.size_bytes)],
              [trans.__('Packed'), kit.created && trans.__('%1 (%2)', age(kit.created), moment(kit.created))]
            ]}
          />
          {kit.entries.map((entry, index) => (
            <Entry key={index} entry={entry} trans={trans} />
          ))}
        </div>
      </div>
    </div>
  );
}

interface INoReadmeProps {
  /** All of the kit was looked through. */
  isSure: boolean;
  state: KitState;
  trans: TranslationBundle;
}

function NoReadme({ isSure, state, trans }: INoReadmeProps): JSX.Element {
  return (
    <p className="kitops-Empty">
      {isSure
        ? trans.__('This kit has no README.')
        : trans.__('No README was found; some layers can only be looked through when they are pulled.')}{' '}
      <LinkButton onClick={() => (state.tab = 'contents')}>{trans.__('Show its contents')}</LinkButton>
    </p>
  );
}

/** One entry of the Kitfile: its facts, and its parameters as a table. */
function Entry({ entry, trans }: { entry: EntryFacts; trans: TranslationBundle }): JSX.Element {
  const { section, name, path, facts, parameters } = entry;
  const labels: { [fact: string]: string } = {
    framework: trans.__('Framework'),
    format: trans.__('Format'),
    version: trans.__('Version'),
    type: trans.__('Type'),
    license: trans.__('License'),
    description: trans.__('Description'),
    remote_path: trans.__('Remote')
  };
  return (
    <>
      <Facts
        title={name ? trans.__('%1 · %2', section, inert(name, 80)) : section}
        facts={[
          [trans.__('Path'), path],
          ...Object.entries(facts).map(([fact, text]): [string, string] => [labels[fact] ?? fact, text])
        ]}
      />
      {parameters.length > 0 && (
        <Table
          heads={[trans.__('Parameter'), trans.__('Value')]}
          label={trans.__('Parameters of %1', inert(name || section, 80))}
        >
          {parameters.map(({ name: parameter, value }, index) => (
            <tr key={index}>
              <td title={inert(parameter, 1000)}>{inert(parameter, 120)}</td>
              <td title={inert(value, 1000)}>{inert(value, 200)}</td>
            </tr>
          ))}
        </Table>
      )}
    </>
  );
}

function Facts({ title, facts }: { title: string; facts: readonly (readonly [string, string])[] }): JSX.Element {
  return (
    <section>
      <h3>{title}</h3>
      <dl className="kitops-Facts">
        {facts.map(([label, value], index) =>
          value ? (
            <div key={index}>
              <dt>{label}</dt>
              <dd>
                <bdi title={inert(value, 4000)}>{inert(value, 300)}</bdi>
              </dd>
            </div>
          ) : null
        )}
      </dl>
    </section>
  );
}
