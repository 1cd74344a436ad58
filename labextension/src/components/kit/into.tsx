import type { JSX } from 'react';
import { useId } from 'react';

import { KitError } from '../../client';
import { inert, share, size } from '../../format';
import { isGoing } from '../../model';
import { folderOf, outcomeOf } from '../../outcome';
import { CommandIDs } from '../../tokens';
import type { Job } from '../../wire';
import type { IActions } from '../shared/actions';
import { Failure, KitLine } from '../shared/notes';
import { Bar, Button, LinkButton } from '../shared/parts';
import { useRedraw } from '../shared/signal';
import type { OnConflict, Pull } from './pull';
import type { Tree } from './tree';

/** So many names of conflicting files are shown. */
const SHOWN = 6;

interface IIntoProps {
  pull: Pull;
  tree: Tree;
  actions: IActions;
}

/** Where the ticked parts go, what is in their way, and the bar once they move. */
export function Into({ pull, tree, actions }: IIntoProps): JSX.Element {
  const { trans } = actions;
  const { check, error, job } = pull;
  return (
    <section className="kitops-Into" aria-label={trans.__('Where to')}>
      <Place pull={pull} actions={actions} />
      {tree.tick !== 'none' && check.error && (
        <Failure error={check.error} actions={actions} retry={() => void pull.ask()} />
      )}
      {pull.conflictCount > 0 && !pull.isDone && <Conflicts pull={pull} actions={actions} />}
      <div className="kitops-Into-go">
        {pull.isDone ? <Again pull={pull} actions={actions} /> : <Start pull={pull} actions={actions} />}
        {check.value && !check.error && !pull.isDone && <Moves pull={pull} actions={actions} />}
      </div>
      <KitLine line={pull.line} actions={actions} />
      {error && <Failure error={error} actions={actions} />}
      {job && <Moving job={job} actions={actions} />}
    </section>
  );
}

function Place({ pull, actions }: Omit<IIntoProps, 'tree'>): JSX.Element {
  const { chooseFolder, trans } = actions;
  const id = useId();
  const redraw = useRedraw();
  const choose = async (): Promise<void> => {
    const chosen = await chooseFolder?.(pull.directory);
    if (typeof chosen === 'string') {
      pull.directory = chosen;
    }
  };
  return (
    <div className="kitops-Into-place">
      <label htmlFor={id}>{trans.__('Into:')}</label>
      <input
        id={id}
        className="jp-mod-styled kitops-Into-folder"
        type="text"
        spellCheck={false}
        placeholder={trans.__("the server's root folder")}
        value={pull.directory}
        disabled={pull.intoStore}
        onChange={event => {
          pull.directory = event.target.value;
          redraw();
        }}
      />
      {chooseFolder && (
        <Button disabled={pull.intoStore} aria-label={trans.__('Choose the folder')} onClick={() => void choose()}>
          {trans.__('Choose…')}
        </Button>
      )}
      {!pull.isUnpack && (
        <label
          className="kitops-Choice"
          title={trans.__('Pull the whole kit into the local store, without writing files')}
        >
          <input
            type="checkbox"
            checked={pull.intoStore}
            disabled={!pull.canStore}
            onChange={event => (pull.intoStore = event.target.checked)}
          />
          {trans.__('into the local store instead')}
        </label>
      )}
    </div>
  );
}

function Start({ pull, actions: { trans } }: Omit<IIntoProps, 'tree'>): JSX.Element {
  const bytes = pull.isReady ? (pull.check.value?.size_bytes ?? null) : null;
  const isUndecided = pull.conflictCount > 0 && !pull.onConflict;
  const verb = pull.isUnpack ? trans.__('Unpack selected') : trans.__('Pull selected');
  return (
    <button
      type="button"
      className="jp-mod-styled jp-mod-accept kitops-Button"
      disabled={!pull.isReady}
      title={isUndecided ? trans.__('First choose what to do with existing files') : ''}
      onClick={() => void pull.start()}
    >
      {bytes === null ? verb : `${verb} ${size(bytes)}`}
    </button>
  );
}

/** What is there already is brought once more by who asks for it. */
function Again({ pull, actions: { trans } }: Omit<IIntoProps, 'tree'>): JSX.Element {
  return (
    <Button onClick={() => pull.again()}>{pull.isUnpack ? trans.__('Unpack again') : trans.__('Pull again')}</Button>
  );
}

/** What the network brings: never the size of what is selected, which stands above. */
function Moves({ pull, actions: { trans } }: Omit<IIntoProps, 'tree'>): JSX.Element {
  const { here_bytes, moved_bytes } = pull.check.value!;
  const told = !moved_bytes
    ? trans.__('Nothing to download: all of it is in the local store')
    : here_bytes
      ? trans.__('%1 to download, the rest is in the local store', size(moved_bytes))
      : trans.__('%1 to download', size(moved_bytes));
  return (
    <span className={`kitops-Into-moves${pull.isCounting ? ' kitops-mod-stale' : ''}`} role="status">
      {told}
    </span>
  );
}

function Conflicts({ pull, actions: { trans } }: Omit<IIntoProps, 'tree'>): JSX.Element {
  const name = useId();
  const { conflicts, conflictCount } = pull;
  const choices: [OnConflict, string, string][] = [
    ['keep', trans.__('keep'), trans.__('Keep existing files; do not replace these')],
    ['overwrite', trans.__('overwrite'), trans.__('Replace existing files')],
    ['beside', trans.__('side by side'), trans.__('Keep existing files; put the kit into %1', inert(pull.beside, 400))]
  ];
  return (
    <fieldset className="kitops-Conflicts">
      <legend>{trans._n('%1 file already exists:', '%1 files already exist:', conflictCount)}</legend>
      <ul>
        {conflicts.slice(0, SHOWN).map(({ path, why }) => (
          <li key={path}>
            <bdi title={inert(path, 2000)}>{inert(path, 160)}</bdi> {inert(why, 160)}
          </li>
        ))}
        {conflictCount > SHOWN && <li>{trans.__('and %1 more', conflictCount - SHOWN)}</li>}
      </ul>
      <div className="kitops-Conflicts-choices">
        {choices.map(([value, label, title]) => (
          <label key={value} className="kitops-Choice" title={title}>
            <input
              type="radio"
              name={name}
              checked={pull.onConflict === value}
              onChange={() => (pull.onConflict = value)}
            />
            {label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** How far it is, or how it ended: three ends that look different. */
function Moving({ job, actions }: { job: Job; actions: IActions }): JSX.Element {
  const { model, trans } = actions;
  const done = share(job.done_bytes, job.total_bytes);
  if (isGoing(job)) {
    const percent = done === null ? undefined : Math.floor(done * 100);
    return (
      <div className="kitops-Moving" role="group" aria-label={inert(job.title)}>
        <Bar value={done} label={trans.__('Progress')} />
        <span className="kitops-Moving-text">
          {percent === undefined ? size(job.done_bytes) : trans.__('%1 %', percent)}
          {job.bytes_per_s > 0 && ` · ${trans.__('%1/s', size(job.bytes_per_s))}`}
        </span>
        <Button onClick={() => void model.jobs.end(job.id)}>{trans.__('Cancel')}</Button>
      </div>
    );
  }
  if (job.state === 'failed') {
    const retry = (): void => void model.jobs.retry(job.id);
    const error = job.error ? KitError.of(job.error) : new KitError('failed', trans.__('The transfer failed'));
    return <Failure error={error} actions={actions} retry={retry} />;
  }
  if (job.state === 'done') {
    return <Done job={job} actions={actions} />;
  }
  return (
    <p className={`kitops-Outcome kitops-mod-${job.state}`} role="status">
      {job.kind === 'unpack'
        ? trans.__('Cancelled: nothing was written.')
        : trans.__('Cancelled: pull again to resume.')}
    </p>
  );
}

/** What is there now, and the way to it. */
function Done({ job, actions: { run, trans } }: { job: Job; actions: IActions }): JSX.Element {
  const folder = folderOf(job);
  const outcome = outcomeOf(job, trans);
  return (
    <p className={`kitops-Outcome kitops-mod-${job.state}`} role="status">
      {folder === null
        ? trans.__('Done: %1.', outcome)
        : trans.__('Done: %1 in %2.', outcome, inert(folder, 400) || trans.__('the root folder'))}{' '}
      {folder !== null && (
        <LinkButton onClick={() => void run(CommandIDs.showFiles, { path: folder })}>
          {trans.__('Show in the file browser')}
        </LinkButton>
      )}
    </p>
  );
}
