import type { TranslationBundle } from '@jupyterlab/translation';
import type { JSX, ReactNode } from 'react';
import { useId, useRef } from 'react';

import { inert, size } from '../../format';
import type { PackLayer, Problem } from '../../wire';
import { CheckField } from '../shared/field';
import { TickBox } from '../shared/tickbox';
import { LinkButton, TextButton } from '../shared/parts';
import type { IActions } from '../shared/actions';
import { Failure, Waiting } from '../shared/notes';
import type { PackState } from './packstate';
import { Problems } from '../shared/source';

const SHOWN = 200;

interface IPreviewProps {
  state: PackState;
  actions: IActions;
}

/** What is included, what is left out and why, and the Kitfile that says so. */
export function Preview({ state, actions }: IPreviewProps): JSX.Element {
  const { trans } = actions;
  const { check } = state;
  const { value } = check;
  if (check.error) {
    return <Failure error={check.error} actions={actions} retry={() => void check.reload()} />;
  }
  if (!value) {
    return <Waiting>{trans.__('Reading the folder…')}</Waiting>;
  }
  return (
    <div className={`kitops-Preview${check.isLoading ? ' kitops-mod-stale' : ''}`}>
      <div className="kitops-Preview-in">
        {value.problems.length ? (
          <p className="kitops-Notice">{trans.__('Fix the Kitfile to see what goes into the kit.')}</p>
        ) : (
          <Layers state={state} actions={actions} />
        )}
        {state.added && (
          <div className="kitops-Notice">
            <p>{trans.__('The Kitfile of the folder has no entry for %1.', inert(state.added, 200))}</p>
            <CheckField
              label={trans.__('Add it to the Kitfile')}
              isChecked={state.addsNotebook}
              onChange={adds => {
                state.addsNotebook = adds;
              }}
            />
          </div>
        )}
        {value.warnings.length > 0 && (
          <ul className="kitops-Warnings" aria-label={trans.__('Warnings')}>
            {value.warnings.slice(0, SHOWN).map((each, index) => (
              <li key={index}>{inert(each, 400)}</li>
            ))}
          </ul>
        )}
        <LeftOut rows={state.leftOut} actions={actions} />
      </div>
      <Kitfile state={state} actions={actions} problems={value.problems} />
    </div>
  );
}

function Layers({ state, actions: { trans } }: IPreviewProps): JSX.Element {
  const { largeBytes, layers, sizeBytes } = state;
  return (
    <section aria-label={trans.__('Files to pack')}>
      <h3>
        {trans.__('Included')}{' '}
        <span className="kitops-Quiet" aria-live="polite">
          {size(sizeBytes)}
        </span>
      </h3>
      {layers.length > 0 && <Choices state={state} trans={trans} />}
      {state.isLarge && (
        <p className="kitops-Notice" role="status">
          {trans.__(
            'These files have %1, more than %2: untick what the kit does not need.',
            size(sizeBytes),
            size(largeBytes)
          )}
        </p>
      )}
      <ul className="kitops-Preview-layers">
        {layers.slice(0, SHOWN).map(layer => (
          <Layer key={layer.key} {...{ layer, state, trans }} title={trans.__('Pack %1', inert(layer.path, 200))}>
            {trans._n('%1 file', '%1 files', layer.files)} · {size(layer.size_bytes)}
          </Layer>
        ))}
      </ul>
      {layers.length > SHOWN && <p className="kitops-Quiet">{trans.__('and %1 more', layers.length - SHOWN)}</p>}
    </section>
  );
}

interface IChoicesProps {
  state: PackState;
  trans: TranslationBundle;
}

/** Many ticks at once. */
function Choices({ state, trans }: IChoicesProps): JSX.Element {
  const id = useId();
  const why = state.notebook ? whyNotAlone(state, trans) : '';
  const own = state.ownLayer;
  return (
    <div className="kitops-Preview-choices" role="group" aria-label={trans.__('Choose layers')}>
      <TextButton onClick={() => state.choose(() => true)}>{trans.__('All')}</TextButton>
      <TextButton onClick={() => state.choose(() => false)}>{trans.__('None')}</TextButton>
      {state.notebook && (
        <TextButton
          aria-disabled={why !== ''}
          aria-describedby={why ? id : undefined}
          onClick={() => !why && state.choose(layer => layer === own)}
        >
          {trans.__('Only this notebook')}
        </TextButton>
      )}
      {why && (
        <small id={id} className="kitops-Quiet">
          {why}
        </small>
      )}
    </div>
  );
}

/** Why the notebook cannot be packed alone; empty where it can, as far as that was tried. */
function whyNotAlone(state: PackState, trans: TranslationBundle): string {
  const own = state.ownLayer;
  if (!own) {
    return trans.__('The Kitfile has no entry for the notebook alone: change the text');
  }
  const needed = state.layers.find(each => each !== own && !state.canDrop(each));
  const name = needed && inert(needed.path || needed.name, 60);
  return name ? trans.__('Other parts of the Kitfile need the entry of %1: change the text', name) : '';
}

interface ILayerProps {
  layer: PackLayer;
  state: PackState;
  title: string;
  trans: TranslationBundle;
  children: ReactNode;
}

function Layer({ layer, state, title, trans, children }: ILayerProps): JSX.Element {
  const isOut = state.dropped.has(layer.key);
  const why = state.canDrop(layer) ? undefined : trans.__('Other parts of the Kitfile need its entry: change the text');
  return (
    <li className={isOut ? 'kitops-mod-out' : ''} title={why}>
      <TickBox
        tick={isOut ? 'none' : 'all'}
        label={title}
        isDisabled={why !== undefined || !state.canChoose}
        onToggle={() => state.toggle(layer)}
      />
      <span className="kitops-Node-section">{inert(layer.section, 20)}</span>
      <bdi className="kitops-Node-name" title={inert(layer.path, 2000)}>
        {inert(layer.path || layer.name, 160)}
      </bdi>
      <span className="kitops-Node-size">{children}</span>
    </li>
  );
}

function LeftOut({ rows, actions: { trans } }: { rows: readonly string[][]; actions: IActions }): JSX.Element | null {
  if (!rows.length) {
    return null;
  }
  return (
    <details className="kitops-Preview-out" open={rows.length <= 6}>
      <summary>{trans._n('%1 left out', '%1 left out', rows.length)}</summary>
      <ul>
        {rows.slice(0, SHOWN).map(([path, reason], index) => (
          <li key={index}>
            <bdi title={inert(path, 2000)}>{inert(path, 160)}</bdi>{' '}
            <span className="kitops-Quiet">{inert(reason ?? '', 200)}</span>
          </li>
        ))}
        {rows.length > SHOWN && <li>{trans.__('and %1 more', rows.length - SHOWN)}</li>}
      </ul>
    </details>
  );
}

function Kitfile({ state, actions, problems }: IPreviewProps & { problems: readonly Problem[] }): JSX.Element {
  const { trans } = actions;
  const area = useRef<HTMLTextAreaElement>(null);
  const go = ({ line }: Problem): void => {
    const node = area.current;
    if (node) {
      const start = state.text.split('\n', line - 1).reduce((sum, each) => sum + each.length + 1, 0);
      const end = state.text.indexOf('\n', start);
      node.focus();
      node.setSelectionRange(start, end < 0 ? state.text.length : end);
    }
  };
  const value = state.check.value!;
  return (
    <section className="kitops-Preview-kitfile" aria-label={trans.__('Kitfile')}>
      <h3>
        {trans.__('Kitfile')}{' '}
        <span className="kitops-Quiet">
          {state.isEdited
            ? trans.__('edited here')
            : value.is_proposed
              ? trans.__('proposed: the folder has none yet')
              : state.added
                ? trans.__('as it is in the folder, with the notebook')
                : trans.__('as it is in the folder')}
        </span>
        {state.isEdited && <LinkButton onClick={() => state.reset()}>{trans.__('Start over')}</LinkButton>}
      </h3>
      <textarea
        ref={area}
        className="jp-mod-styled kitops-Preview-text"
        spellCheck={false}
        aria-label={trans.__('Kitfile')}
        aria-invalid={problems.length > 0}
        value={state.text}
        onChange={event => state.write(event.target.value)}
      />
      {problems.length > 0 && <Problems problems={problems} actions={actions} onGo={go} />}
    </section>
  );
}
