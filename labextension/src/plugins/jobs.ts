import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Clipboard } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { pullIcon } from '../icons';
import { written } from '../lines';
import { isGoing } from '../model';
import { CommandIDs, DOMAIN, IKitModel } from '../tokens';
import type { Job } from '../wire';
import { given, takes } from './row';

/** JupyterLab's own. */
const OPEN_PATH = 'filebrowser:open-path';

/** The server's jobs: begin a pull, cancel, try again, forget. */
export const jobs: JupyterFrontEndPlugin<void> = {
  id: 'kitops-jupyter:jobs',
  description: 'Pulls kits, and cancels, repeats and forgets transfers.',
  autoStart: true,
  requires: [IKitModel],
  optional: [ITranslator],
  activate: (app: JupyterFrontEnd, model: IKitModel, translator: ITranslator | null) => {
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    app.commands.addCommand(CommandIDs.pull, {
      label: trans.__('Pull into the Local Store'),
      icon: pullIcon,
      describedBy: takes('reference'),
      execute: async args => {
        const reference = given(app, 'reference', args.reference);
        await model.startJob({ kind: 'pull', reference, filters: [], directory: null, on_conflict: 'refuse' });
      }
    });
    app.commands.addCommand(CommandIDs.indexFiles, {
      label: trans.__('Make Single Files Readable'),
      caption: trans.__('Read each layer once and attach an index of its files; the kit does not change'),
      describedBy: {
        args: { type: 'object', properties: { reference: { type: 'string' }, remote: { type: 'boolean' } } }
      },
      execute: async args => {
        const reference = given(app, 'reference', args.reference);
        const remote = typeof args.remote === 'boolean' ? args.remote : given(app, 'registry', undefined) !== '';
        await model.startJob({ kind: 'index', reference, remote });
      }
    });
    app.commands.addCommand(CommandIDs.showFiles, {
      label: trans.__('Show in the File Browser'),
      describedBy: takes('path'),
      isEnabled: () => app.commands.hasCommand(OPEN_PATH),
      isVisible: () => false,
      execute: args => app.commands.execute(OPEN_PATH, { path: `/${String(args.path ?? '')}` })
    });
    app.commands.addCommand(CommandIDs.endJob, {
      label: trans.__('Cancel or Clear a Transfer'),
      describedBy: takes('job'),
      execute: args => model.jobs.end(String(args.job ?? ''))
    });
    app.commands.addCommand(CommandIDs.retryJob, {
      label: trans.__('Try a Transfer Again'),
      describedBy: takes('job'),
      execute: async args => {
        await model.jobs.retry(String(args.job ?? ''));
      }
    });
    app.commands.addCommand(CommandIDs.forgetJobs, {
      label: trans.__('Clear Finished Transfers'),
      describedBy: takes(),
      execute: () => model.jobs.forget()
    });
    app.commands.addCommand(CommandIDs.copyDetails, {
      label: trans.__('Copy Details of a Transfer'),
      describedBy: takes('job'),
      execute: args => {
        const job = model.jobs.find(String(args.job ?? ''));
        Clipboard.copyToSystem(job ? detailsOf(job, model.status?.root ?? '') : '');
      }
    });
    app.commands.addCommand(CommandIDs.cancelJobs, {
      label: trans.__('Cancel All Transfers'),
      describedBy: takes(),
      isEnabled: () => model.jobs.going.length > 0,
      execute: () => Promise.all(model.jobs.going.filter(isGoing).map(job => model.jobs.end(job.id)))
    });
  }
};

/** All that somebody needs who is asked for help. The server puts no secrets into a job. */
function detailsOf(job: Job, root: string): string {
  const { error } = job;
  const line = written(job.command, { root, folder: null });
  const facts = [`${job.kind} ${job.reference}: ${job.state}`, line, `${job.started} - ${job.ended}`];
  return [...facts, error?.code, error?.message, error?.hint, ...(error?.details ?? [])].filter(Boolean).join('\n');
}
