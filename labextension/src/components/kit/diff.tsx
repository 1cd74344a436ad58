import type { JSX } from 'react';
import { useEffect, useId, useRef, useState } from 'react';

import { inert, shortDigest, size } from '../../format';
import { kitLine } from '../../lines';
import type { DiffFile, DiffRow, DiffView } from '../../wire';
import type { IActions } from '../shared/actions';
import { Failure, KitLine, Waiting } from '../shared/notes';
import { Source } from '../shared/source';
import { Button, Table } from '../shared/parts';
import type { KitState } from './state';

/** So many files are listed; the line shows the rest. */
const FILES = 500;

interface ISidesProps {
  diff: DiffView;
  onSwap: () => void;
  actions: IActions;
}

interface IDiffProps {
  state: KitState;
  actions: IActions;
}

/** This kit and another one: their layers, then their files, then their Kitfiles. */
export function Diff({ state, actions }: IDiffProps): JSX.Element {
  const { trans } = actions;
  const { diff, other, reference } = state;
  const value = diff.isLoading ? null : diff.value;
  return (
    <div className="kitops-Diff">
      <Other state={state} actions={actions} />
      {other && <KitLine line={kitLine('diff', value?.a ?? reference, value?.b ?? other)} actions={actions} />}
      {diff.isLoading && <Waiting>{trans.__('Comparing: downloads only what is needed…')}</Waiting>}
      {!diff.isLoading && diff.error && (
        <Failure error={diff.error} actions={actions} retry={() => void diff.reload()} />
      )}
      {value && <Sides diff={value} onSwap={() => state.swap()} actions={actions} />}
      {value && <Changes diff={value} actions={actions} />}
      {!other && <p className="kitops-Empty">{trans.__('Choose a kit to see how it differs from this one.')}</p>}
    </div>
  );
}

function Other({ state, actions: { trans, model } }: IDiffProps): JSX.Element {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(state.other);
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
          state.compare(text.trim());
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
        placeholder={trans.__('a tag of this kit, or any reference')}
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
function Sides({ diff, onSwap, actions: { trans } }: ISidesProps): JSX.Element {
  const sides = [
    [trans.__('Before'), diff.a],
    [trans.__('After'), diff.b]
  ];
  return (
    <div className="kitops-Diff-sides" role="group" aria-label={trans.__('Order')}>
      {sides.map(([label, name]) => (
        <span key={label} className="kitops-Diff-side">
          {label} <bdi title={inert(name)}>{inert(name, 120)}</bdi>
        </span>
      ))}
      <Button onClick={onSwap}>{trans.__('Swap')}</Button>
    </div>
  );
}

function Changes({ diff, actions }: { diff: DiffView; actions: IActions }): JSX.Element {
  const { trans } = actions;
  const files = diff.files.filter(({ change }) => change !== 'same');
  const isSame = !files.length && !diff.kitfile && diff.layers.every(({ change }) => change === 'same');
  return (
    <>
      {isSame && <p className="kitops-Outcome kitops-mod-done">{trans.__('Both kits are the same.')}</p>}
      <h3>{trans.__('Layers')}</h3>
      <Table heads={[trans.__('Change'), trans.__('Layer'), trans.__('Before'), trans.__('After')]}>
        {diff.layers.map((layer, index) => (
          <Layer key={index} layer={layer} actions={actions} />
        ))}
      </Table>
      {files.length > 0 && <Files files={files} actions={actions} />}
      {diff.truncated && (
        <p className="kitops-Notice">{trans.__('Not everything is shown here: the line shows all.')}</p>
      )}
      {diff.kitfile && (
        <>
          <h3>{trans.__('Kitfile')}</h3>
          <Source
            text={diff.kitfile}
            label={trans.__('Changes of the Kitfile')}
            classOf={classOfLine}
            numbers={numbersOf(diff.kitfile)}
          />
        </>
      )}
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
      <td title={inert(a_digest)}>{a_digest && `${size(a_size)} · ${shortDigest(inert(a_digest)).slice(7)}`}</td>
      <td title={inert(b_digest)}>{b_digest && `${size(b_size)} · ${shortDigest(inert(b_digest)).slice(7)}`}</td>
    </tr>
  );
}

function Files({ files, actions }: { files: readonly DiffFile[]; actions: IActions }): JSX.Element {
  const { trans } = actions;
  return (
    <>
      <h3>{trans._n('%1 file', '%1 files', files.length)}</h3>
      <Table heads={[trans.__('Change'), trans.__('File'), trans.__('Before'), trans.__('After')]}>
        {files.slice(0, FILES).map((file, index) => (
          <tr key={index} className={`kitops-mod-${file.change}`}>
            <td>
              <Change change={file.change} actions={actions} />
            </td>
            <td>
              <bdi title={inert(file.path, 2000)}>{inert(file.path, 200)}</bdi>
            </td>
            <td>{file.change === 'added' ? '' : size(file.a_size)}</td>
            <td>{file.change === 'removed' ? '' : size(file.b_size)}</td>
          </tr>
        ))}
      </Table>
      {files.length > FILES && <p className="kitops-Notice">{trans.__('and %1 more', files.length - FILES)}</p>}
    </>
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

/** For each line of a diff its number in the file: of what was removed in the one before, else in the one after. */
function numbersOf(text: string): string[] {
  let [before, after] = [0, 0];
  return text.split('\n').map(line => {
    const hunk = /^@@ -(\d+)(?:,\d+)? \+(\d+)/.exec(line);
    if (hunk) {
      [before, after] = [Number(hunk[1]), Number(hunk[2])];
      return '';
    }
    const isRemoved = line.startsWith('-');
    const number = isRemoved ? before : after;
    before += line.startsWith('+') ? 0 : 1;
    after += isRemoved ? 0 : 1;
    return String(number);
  });
}

function classOfLine(line: string): string {
  if (line.startsWith('@@')) {
    return 'kitops-mod-where';
  }
  return line.startsWith('+') ? 'kitops-mod-added' : line.startsWith('-') ? 'kitops-mod-removed' : '';
}
