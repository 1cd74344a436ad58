import type { TranslationBundle } from '@jupyterlab/translation';
import type { LabIcon } from '@jupyterlab/ui-components';
import { checkIcon, closeIcon, deleteIcon, errorIcon, redoIcon, stopIcon } from '@jupyterlab/ui-components';
import type { JSX } from 'react';

import { inert, lastName, share, size } from '../../format';
import { kitIcon, pullIcon, pushIcon } from '../../icons';
import type { Jobs } from '../../model';
import { isGoing } from '../../model';
import { doneWord, folderOf, kitsOf, leftOf, outcomeOf } from '../../outcome';
import { CommandIDs } from '../../tokens';
import type { Job, RegistryRow } from '../../wire';
import { Bar, CopyLine, IconButton, TextButton } from '../shared/parts';
import { useSignals } from '../shared/signal';
import { wayOf } from '../shared/ways';
import { Section } from './section';
import type { Run } from './types';

interface ITransfersProps {
  jobs: Jobs;
  registries: readonly RegistryRow[];
  trans: TranslationBundle;
  run: Run;
  isOpen: boolean;
  onToggle: () => void;
}

/** More than these are only counted: what goes on, and what has ended. */
const SHOWN = 12;
const ENDED_SHOWN = 5;

/** The server's jobs: what moves, and how it ended. Nothing, when there are none. */
export function Transfers({ jobs, registries, trans, run, isOpen, onToggle }: ITransfersProps): JSX.Element | null {
  useSignals(jobs.changed);
  if (!jobs.all.length) {
    return null;
  }
  const going = jobs.going.length;
  const ended = jobs.all.filter(job => !isGoing(job));
  const shown = [...jobs.going.slice(0, SHOWN), ...ended.slice(0, ENDED_SHOWN)];
  const more = jobs.all.length - shown.length;
  const forget = (
    <IconButton
      icon={deleteIcon}
      label={trans.__('Clear finished transfers')}
      disabled={!ended.length}
      onClick={() => run(CommandIDs.forgetJobs)}
    />
  );
  return (
    <Section
      title={going ? trans.__('Transfers (%1)', going) : trans.__('Transfers')}
      extra={forget}
      {...{ isOpen, onToggle }}
    >
      <ul className="kitops-Jobs">
        {shown.map(job => (
          <JobRow key={job.id} {...{ job, registries, trans, run }} />
        ))}
      </ul>
      {more > 0 ? <p className="kitops-Quiet">{trans.__('and %1 more', more)}</p> : null}
    </Section>
  );
}

interface IJobProps {
  job: Job;
  registries: readonly RegistryRow[];
  trans: TranslationBundle;
  run: Run;
}

const KINDS: { [kind: string]: LabIcon } = { pull: pullIcon, unpack: pullIcon, push: pushIcon };

function JobRow({ job, registries, trans, run }: IJobProps): JSX.Element {
  const Kind = (OUTCOMES[job.state] ?? KINDS[job.kind] ?? kitIcon).react;
  const name = inert(job.title || job.reference);
  const about = /^\S+ (\S+)$/.exec(job.title)?.[1] ?? (job.title || job.reference); // the end of the row says the verb
  return (
    <li className={`kitops-Job kitops-mod-${job.state}`}>
      <div className="kitops-Job-head">
        <Kind tag="span" className="kitops-Row-mark" />
        <bdi className="kitops-Job-name" title={name}>
          {inert(lastName(about))}
        </bdi>
        <span className="kitops-Job-told">{toldOf(job, trans)}</span>
        <JobActions {...{ job, trans, run }} />
      </div>
      {isGoing(job) ? <Going {...{ job, trans }} /> : <Ended {...{ job, registries, trans, run }} />}
    </li>
  );
}

const OUTCOMES: { [state: string]: LabIcon } = { done: checkIcon, failed: errorIcon, cancelled: stopIcon };

function toldOf(job: Job, trans: TranslationBundle): string {
  switch (job.state) {
    case 'waiting':
      return trans.__('waiting');
    case 'running': {
      const done = share(job.done_bytes, job.total_bytes);
      const speed = job.bytes_per_s > 0 ? trans.__('%1/s', size(job.bytes_per_s)) : '';
      return [done === null ? '' : `${Math.floor(done * 100)} %`, speed, leftOf(job, trans)].filter(Boolean).join('  ');
    }
    case 'done':
      return doneWord(job, trans);
    case 'cancelled':
      return trans.__('%1 cancelled', job.kind);
    default:
      return trans.__('%1 failed', job.kind);
  }
}

function JobActions({ job, trans, run }: Omit<IJobProps, 'registries'>): JSX.Element {
  return (
    <span className="kitops-Job-actions">
      <CopyLine isShy line={job.command} trans={trans} copy={line => run(CommandIDs.copyLine, { line })} />
      <IconButton
        icon={isGoing(job) ? stopIcon : closeIcon}
        label={isGoing(job) ? trans.__('Cancel') : trans.__('Forget')}
        onClick={() => run(CommandIDs.endJob, { job: job.id })}
      />
    </span>
  );
}

function Going({ job, trans }: Pick<IJobProps, 'job' | 'trans'>): JSX.Element {
  const item = job.items.find(each => each.state === 'running') ?? null;
  const whole = job.total_bytes === null ? size(job.done_bytes) : `${size(job.done_bytes)} / ${size(job.total_bytes)}`;
  return (
    <>
      <Bar value={share(job.done_bytes, job.total_bytes)} label={inert(job.title || job.reference)} />
      <div className="kitops-Job-line">
        <bdi className="kitops-Job-item">{item ? inert(item.name) : trans.__('in total')}</bdi>
        <span>{whole}</span>
      </div>
    </>
  );
}

function Ended({ job, registries, trans, run }: IJobProps): JSX.Element | null {
  if (job.state === 'failed') {
    const way = wayOf(job.error?.code ?? '', { kits: kitsOf(job), job: job.kind, registries }, trans);
    const hint = way?.hint ?? job.error?.hint ?? '';
    return (
      <div className="kitops-Job-why" role="alert">
        <p>{inert(job.error?.message ?? '', 600)}</p>
        {hint ? <p className="kitops-Quiet">{inert(hint, 600)}</p> : null}
        <div className="kitops-Job-buttons">
          {way ? <TextButton onClick={() => run(way.command, way.args)}>{way.label}</TextButton> : null}
          <Again {...{ job, trans, run }} />
          <TextButton onClick={() => run(CommandIDs.copyDetails, { job: job.id })}>
            {trans.__('Copy details')}
          </TextButton>
        </div>
      </div>
    );
  }
  if (job.state === 'cancelled') {
    return (
      <div className="kitops-Job-line">
        <span>{trans.__('%1 of it is kept', size(job.done_bytes))}</span>
        <Again {...{ job, trans, run }} icon />
      </div>
    );
  }
  const folder = folderOf(job);
  return (
    <div className="kitops-Job-line">
      <span>{outcomeOf(job, trans)}</span>
      {folder === null ? null : (
        <TextButton
          title={trans.__('Show in the file browser')}
          onClick={() => run(CommandIDs.showFiles, { path: folder })}
        >
          {inert(folder, 60) || trans.__('the root folder')}
        </TextButton>
      )}
    </div>
  );
}

function Again({ job, trans, run, icon }: Omit<IJobProps, 'registries'> & { icon?: boolean }): JSX.Element {
  const again = (): void => run(CommandIDs.retryJob, { job: job.id });
  return icon ? (
    <IconButton icon={redoIcon} label={trans.__('Try again')} onClick={again} />
  ) : (
    <TextButton onClick={again}>{trans.__('Try again')}</TextButton>
  );
}
