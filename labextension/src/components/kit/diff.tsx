import { caretDownIcon, caretRightIcon } from '@jupyterlab/ui-components';
import type { JSX } from 'react';
import { Fragment, useEffect, useId, useRef, useState } from 'react';

import { inert, shortDigest, shortNumber, size } from '../../format';
import type { DiffField, DiffFile, DiffRow, DiffView } from '../../wire';
import type { IActions } from '../shared/actions';
import { Failure, KitLine, Waiting } from '../shared/notes';
import { Button, Table } from '../shared/parts';
import type { Comparison } from './comparison';
import { DiffLines, Inside, Running } from './insides';
import type { KitState } from './state';

/** So many files are listed; the line shows the rest. */
const FILES = 500;

interface IDiffProps {
  state: KitState;
  actions: IActions;
}

interface IComparisonProps {
  comparison: Comparison;
  actions: IActions;
}

interface IViewProps extends IComparisonProps {
  view: DiffView;
}

/** This kit and another one: metrics and parameters, layers, files and what is in them, then the Kitfiles. */
export function Diff({ state, actions }: IDiffProps): JSX.Element {
  const { trans } = actions;
  const { comparison } = state;
  const { deep, line, other, view, whole } = comparison;
  return (
    <div className="kitops-Diff">
      <Other state={state} actions={actions} />
      {line && <KitLine line={line} actions={actions} />}
      {whole.isLoading && <Waiting>{trans.__('Comparing: downloads only what is needed…')}</Waiting>}
      {!whole.isLoading && whole.error && (
        <Failure error={whole.error} actions={actions} retry={() => void whole.reload()} />
      )}
      {view && <Sides view={view} comparison={comparison} actions={actions} />}
      {deep.isLoading && <Running question={deep} onCancel={() => comparison.cancel(deep)} actions={actions} />}
      {deep.error && <Failure error={deep.error} actions={actions} retry={() => comparison.deepen()} />}
      {view && <Changes view={view} comparison={comparison} actions={actions} />}
      {!other && <p className="kitops-Empty">{trans.__('Choose a kit to see how it differs from this one.')}</p>}
    </div>
  );
}

function Other({ state, actions: { trans, model } }: IDiffProps): JSX.Element {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const { comparison } = state;
  const [text, setText] = useState(comparison.other);
  useEffect(() => input.current?.focus(), []);
  const tags = [...(state.kit.value?.tags ?? []), ...(state.tags.value ?? [])];
  const named = tags.map(tag => `${state.repository}:${tag}`);
  const local = model.local?.repositories.flatMap(({ tags }) => tags.map(({ reference }) => reference)) ?? [];
  const offered = [...new Set([...named, ...local])].filter(each => each !== state.reference).slice(0, 200);
  return (
    <form
      className="kitops-Diff-other"
      onSubmit={event => {
        event.preventDefault();
        if (text.trim()) {
          comparison.compare(text.trim());
        }
      }}
    >
      <label htmlFor={id}>{trans.__('Compare with')}</label>
      <input
        ref={input}
        id={id}
        className="jp-mod-styled"
        list={`${id}list`}
        value={text}
        spellCheck={false}
        placeholder={trans.__('a tag of this kit, any reference, or ./FOLDER')}
        onChange={event => setText(event.target.value)}
      />
      <datalist id={`${id}list`}>
        {offered.map(each => (
          <option key={each} value={each} />
        ))}
      </datalist>
      <button type="submit" className="jp-mod-styled jp-mod-accept kitops-Button" disabled={!text.trim()}>
        {trans.__('Compare')}
      </button>
    </form>
  );
}

/** Which kit is before, which after: the older one is before until somebody swaps them. */
function Sides({ view, comparison, actions: { trans } }: IViewProps): JSX.Element {
  const sides = [
    [trans.__('Before'), view.a],
    [trans.__('After'), view.b]
  ];
  const isWhole = comparison.deep.value !== null || comparison.deep.isLoading;
  return (
    <div className="kitops-Diff-sides" role="group" aria-label={trans.__('Order')}>
      {sides.map(([label, name]) => (
        <span key={label} className="kitops-Diff-side">
          {label} <bdi title={inert(name)}>{inert(name, 120)}</bdi>
        </span>
      ))}
      <Button onClick={() => comparison.swap()}>{trans.__('Swap')}</Button>
      {!isWhole && (view.files.length > 0 || view.warnings.length > 0) && (
        <Button
          title={trans.__('Compare what is in all files, however much that downloads')}
          onClick={() => comparison.deepen()}
        >
          {trans.__('Compare deeply')}
        </Button>
      )}
    </div>
  );
}

function Changes({ view, comparison, actions }: IViewProps): JSX.Element {
  const { trans } = actions;
  const files = view.files.filter(({ change }) => change !== 'same');
  const isSure = !view.warnings.length && !view.truncated;
  const isSame = isSure && !files.length && !view.kitfile && view.layers.every(({ change }) => change === 'same');
  return (
    <>
      {isSame && <p className="kitops-Outcome kitops-mod-done">{trans.__('Both kits are the same.')}</p>}
      {view.warnings.map((warning, index) => (
        <p key={index} className="kitops-Notice">
          {inert(warning, 600)}
        </p>
      ))}
      {view.parameters.length > 0 && <Parameters fields={view.parameters} actions={actions} />}
      <h3>{trans.__('Layers')}</h3>
      <Table heads={[trans.__('Change'), trans.__('Layer'), trans.__('Before'), trans.__('After')]}>
        {view.layers.map((layer, index) => (
          <Layer key={index} layer={layer} actions={actions} />
        ))}
      </Table>
      {files.length > 0 && <Files files={files} comparison={comparison} actions={actions} />}
      {view.truncated && (
        <p className="kitops-Notice">{trans.__('Not everything is shown here: the line shows all.')}</p>
      )}
      {view.kitfile && (
        <>
          <h3>{trans.__('Kitfile')}</h3>
          <DiffLines
            lines={view.kitfile.replace(/\n$/, '').split('\n')}
            label={trans.__('Changes of the Kitfile')}
            actions={actions}
          />
        </>
      )}
    </>
  );
}

/** Metrics and parameters by value. */
function Parameters({ fields, actions: { trans } }: { fields: readonly DiffField[]; actions: IActions }): JSX.Element {
  return (
    <>
      <h3>{trans.__('Metrics and parameters')}</h3>
      <Table heads={[trans.__('Name'), trans.__('Before'), trans.__('After'), trans.__('Difference')]}>
        {fields.map(({ name, a, b, difference }, index) => (
          <tr key={index}>
            <td>
              <bdi>{inert(name, 160)}</bdi>
            </td>
            <td>{inert(a, 200)}</td>
            <td>{inert(b, 200)}</td>
            <td>{difference === null ? '' : `${difference > 0 ? '+' : ''}${shortNumber(difference)}`}</td>
          </tr>
        ))}
      </Table>
    </>
  );
}

function Layer({ layer, actions }: { layer: DiffRow; actions: IActions }): JSX.Element {
  const { change, section, path, a_digest, b_digest, a_size, b_size } = layer;
  return (
    <tr className={`kitops-mod-${change}`}>
      <td>
        <Change change={change} actions={actions} />
      </td>
      <td>
        <span className="kitops-Node-section">{inert(section, 20)}</span>{' '}
        <bdi title={inert(path, 2000)}>{inert(path, 160)}</bdi>
      </td>
      <td title={inert(a_digest)}>{change === 'added' ? '' : ofLayer(a_size, a_digest)}</td>
      <td title={inert(b_digest)}>{change === 'removed' ? '' : ofLayer(b_size, b_digest)}</td>
    </tr>
  );
}

/** A layer of a folder was not packed: it has no digest. */
const ofLayer = (bytes: number, digest: string): string =>
  [size(bytes), shortDigest(inert(digest)).slice(7)].filter(Boolean).join(' · ');

function Files({ files, comparison, actions }: IComparisonProps & { files: readonly DiffFile[] }): JSX.Element {
  const { trans } = actions;
  return (
    <>
      <h3>{trans._n('%1 file', '%1 files', files.length)}</h3>
      <div className="kitops-Diff-files">
        <Table heads={[trans.__('Change'), trans.__('File'), trans.__('Before'), trans.__('After')]}>
          {files.slice(0, FILES).map(file => (
            <FileRows key={file.path} file={file} comparison={comparison} actions={actions} />
          ))}
        </Table>
      </div>
      {files.length > FILES && <p className="kitops-Notice">{trans.__('and %1 more', files.length - FILES)}</p>}
    </>
  );
}

/** A file, and below it what is in it when somebody unfolds it. */
function FileRows({ file, comparison, actions }: IComparisonProps & { file: DiffFile }): JSX.Element {
  const id = useId();
  const { change, path } = file;
  const isBoth = change === 'changed' || change === 'unknown';
  const isOpen = isBoth && comparison.isOpen(path);
  const Caret = isOpen ? caretDownIcon : caretRightIcon;
  const summary = comparison.known(file).inside?.summary;
  return (
    <Fragment>
      <tr className={`kitops-mod-${change}`}>
        <td>
          <Change change={change} actions={actions} />
        </td>
        <td>
          {isBoth ? (
            <button
              type="button"
              className="kitops-Diff-file"
              aria-expanded={isOpen}
              aria-controls={isOpen ? id : undefined}
              title={inert(path, 2000)}
              onClick={() => comparison.toggle(file)}
            >
              <Caret.react tag="span" className="kitops-Icon" />
              <bdi>{inert(path, 200)}</bdi>
            </button>
          ) : (
            <bdi className="kitops-Diff-plain" title={inert(path, 2000)}>
              {inert(path, 200)}
            </bdi>
          )}
          {summary && <span className="kitops-Quiet kitops-Diff-summary">{inert(summary, 200)}</span>}
        </td>
        <td>{change === 'added' ? '' : size(file.a_size)}</td>
        <td>{change === 'removed' ? '' : size(file.b_size)}</td>
      </tr>
      {isOpen && (
        <tr className="kitops-Diff-inside" id={id}>
          <td colSpan={4}>
            <Inside file={file} comparison={comparison} actions={actions} />
          </td>
        </tr>
      )}
    </Fragment>
  );
}

/** A sign and a word, for those who see no colours. */
function Change({ change, actions: { trans } }: { change: DiffRow['change']; actions: IActions }): JSX.Element {
  const words = {
    added: trans.__('added'),
    removed: trans.__('removed'),
    changed: trans.__('changed'),
    same: trans.__('same'),
    unknown: trans.__('not compared')
  };
  const signs = { added: '+', removed: '−', changed: '~', same: '=', unknown: '?' };
  return (
    <span className={`kitops-Change kitops-mod-${change}`}>
      <span aria-hidden="true">{signs[change]}</span> {words[change]}
    </span>
  );
}
