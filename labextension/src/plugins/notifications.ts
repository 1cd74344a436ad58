import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { wayOf } from '../components/shared/ways';
import { inert, share, size } from '../format';
import { isGoing } from '../model';
import type { IJobChange } from '../model';
import { doneWord, kitsOf, leftOf, outcomeOf } from '../outcome';
import { CommandIDs, DOMAIN, IKitModel } from '../tokens';
import type { Job } from '../wire';

/** JupyterLab's own command that shows a folder in the file browser. */
const SHOW_FOLDER = 'filebrowser:go-to-path';

/** A notification is drawn at most so often. */
const EVERY_MS = 250;

/** One notification for each transfer: how far it is, with a button to cancel, and then how it ended. */
export const notifications: JupyterFrontEndPlugin<void> = {
  id: 'kitops-jupyter:notifications',
  description: 'Tells of transfers in notifications.',
  autoStart: true,
  requires: [IKitModel],
  optional: [ITranslator],
  activate: (app: JupyterFrontEnd, model: IKitModel, translator: ITranslator | null) => {
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    const shown = new Map<string, { id: string; drawn: number }>();
    const failed = new Map<string, string>();
    const run: Run = (command, args) => void app.commands.execute(command, args);
    const canShow = (): boolean => app.commands.hasCommand(SHOW_FOLDER);
    const onMoved = (_: unknown, { job, was }: IJobChange): void => {
      const before = shown.get(job.id);
      if (!model.preferences.notifications) {
        return;
      }
      // Why it failed is no news any more when it was tried again.
      const again = `${job.kind} ${job.reference}`;
      const old = failed.get(again);
      if (old && (isGoing(job) || job.state === 'done')) {
        failed.delete(again);
        Notification.dismiss(old);
      }
      if (isGoing(job)) {
        if (!before) {
          shown.set(job.id, { id: Notification.emit(...going(job, trans, run)), drawn: Date.now() });
        } else if (Date.now() - before.drawn >= EVERY_MS) {
          before.drawn = Date.now();
          const [message, type, options] = going(job, trans, run);
          Notification.update({ id: before.id, message, type, ...options });
        }
      } else if (before || was) {
        shown.delete(job.id);
        if (before) {
          Notification.dismiss(before.id);
        }
        const way = wayOf(
          job.error?.code ?? '',
          { kits: kitsOf(job), job: job.kind, registries: model.registries },
          trans
        );
        const id = Notification.emit(...ended(job, trans, run, canShow(), way));
        if (job.state === 'failed') {
          failed.set(again, id);
        }
      }
    };
    model.jobs.moved.connect(onMoved);
  }
};

type Told = Parameters<typeof Notification.emit>;
type Run = (command: string, args: ReadonlyPartialJSONObject) => void;

function going(job: Job, trans: TranslationBundle, run: Run): Told {
  const part = share(job.done_bytes, job.total_bytes);
  const told = part === null ? size(job.done_bytes) : `${Math.floor(part * 100)} %`;
  return [
    [nameOf(job), told, leftOf(job, trans)].filter(Boolean).join('  '),
    'in-progress',
    {
      autoClose: false,
      progress: part ?? undefined,
      actions: [
        {
          label: trans.__('Cancel'),
          callback: event => {
            event.preventDefault();
            run(CommandIDs.endJob, { job: job.id });
          }
        }
      ]
    }
  ];
}

function ended(job: Job, trans: TranslationBundle, run: Run, canShow: boolean, way: ReturnType<typeof wayOf>): Told {
  const name = nameOf(job);
  if (job.state === 'done') {
    const { directory = '' } = job.result ?? {};
    const told = trans.__('%1: %2, %3', name, doneWord(job, trans), outcomeOf(job, trans));
    const message = directory ? trans.__('%1 in %2', told, inert(directory, 80)) : told;
    const action =
      directory && canShow
        ? { label: trans.__('Show files'), callback: () => run(SHOW_FOLDER, { path: directory }) }
        : { label: trans.__('Open'), callback: () => run(CommandIDs.openKit, { reference: job.reference }) };
    return [message, 'success', { autoClose: 6000, actions: [action] }];
  }
  if (job.state === 'cancelled') {
    return [trans.__('%1: cancelled', name), 'info', { autoClose: 4000 }];
  }
  const hint = way?.hint ?? job.error?.hint ?? '';
  const why = [inert(job.error?.message ?? '', 200), inert(hint, 200)].filter(Boolean).join('\n');
  const actions = [
    ...(way ? [{ label: way.label, callback: () => run(way.command, way.args) }] : []),
    { label: trans.__('Try again'), callback: () => run(CommandIDs.retryJob, { job: job.id }) },
    { label: trans.__('Copy details'), callback: () => run(CommandIDs.copyDetails, { job: job.id }) }
  ];
  return [trans.__('%1: failed. %2', name, why), 'error', { autoClose: false, actions }];
}

const nameOf = (job: Job): string => inert(job.title || `${job.kind} ${job.reference}`, 80);
