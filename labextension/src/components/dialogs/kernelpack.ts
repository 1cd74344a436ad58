import type { Kernel, KernelMessage } from '@jupyterlab/services';
import { UUID } from '@lumino/coreutils';

import { KitError } from '../../client';
import type { LineData } from '../../lines';
import type { Jobs } from '../../model';
import type { Job } from '../../wire';
import { reportOf } from './kernelsaid';
import { QUIET } from './kernelvariables';

const MIME = 'application/vnd.kitops.report+json';

interface IKernelPackOptions {
  kernel: Kernel.IKernelConnection;
  jobs: Jobs;
  /** What runs in the kernel, as it was shown. */
  code: string;
  line: LineData;
  reference: string;
  title: string;
}

/** Run a line that packs in the kernel, whose variables it takes, and show it among the transfers. */
export function packInKernel(options: IKernelPackOptions): Job {
  return new KernelPack(options).start();
}

/** One run; it goes on when the dialog is closed. */
class KernelPack {
  constructor(private readonly _options: IKernelPackOptions) {
    const { line, reference, title } = _options;
    this._job = {
      id: `kernel-${UUID.uuid4()}`,
      seq: 0,
      kind: 'pack',
      title,
      reference,
      destination: '',
      command: { ...line, words: [...line.words], paths: [...line.paths] },
      state: 'waiting',
      started: new Date().toISOString(),
      ended: '',
      done_bytes: 0,
      total_bytes: null,
      bytes_per_s: 0,
      items: [],
      result: null,
      error: null
    };
  }

  start(): Job {
    const { code, kernel, jobs } = this._options;
    const again = (): Job => new KernelPack(this._options).start();
    jobs.show(this._job, { cancel: () => this._cancel(), again });
    try {
      const future = kernel.requestExecute({ code, ...QUIET }, true, { kitops_report: true });
      future.onIOPub = message => this._take(message);
      future.done.then(
        () => this._end(),
        reason => this._fail(reason)
      );
    } catch (reason) {
      this._fail(reason);
    }
    return this._job;
  }

  /** A cell that the kernel is still busy with is not ours to interrupt: then this is as soon as it begins. */
  private _cancel(): void {
    this._isCancelled = true;
    if (this._job.state === 'running') {
      void this._options.kernel.interrupt().catch(() => undefined);
    }
  }

  private _take({ content, header }: KernelMessage.IIOPubMessage): void {
    if (header.msg_type === 'status' && (content as { execution_state?: unknown }).execution_state === 'busy') {
      this._began = Date.now();
      this._move({ state: 'running' });
      if (this._isCancelled) {
        this._cancel();
      }
    } else if (header.msg_type === 'error') {
      const { ename, evalue } = content as KernelMessage.IErrorMsg['content'];
      this._error ??= { code: 'unexpected', message: `${ename}: ${evalue}`, hint: '', details: [] };
    } else if (header.msg_type === 'display_data') {
      const { progress, result, error } = reportOf((content as KernelMessage.IDisplayDataMsg['content']).data[MIME]);
      this._result = result ?? this._result;
      this._error = error ?? this._error;
      if (progress) {
        const seconds = (Date.now() - this._began) / 1000;
        const speed = seconds > 0.2 ? Math.floor(progress.done_bytes / seconds) : 0;
        this._move({ ...progress, bytes_per_s: speed });
      }
    }
  }

  private _end(): void {
    const result = this._result;
    const error = result ? null : (this._error ?? SILENT);
    const state = result ? 'done' : error?.code === 'cancelled' ? 'cancelled' : 'failed';
    this._move({ state, result, error: state === 'failed' ? error : null, ended: new Date().toISOString() });
  }

  /** The kernel was restarted, or is gone. */
  private _fail(reason: unknown): void {
    const { message } = KitError.from(reason);
    this._result = null;
    this._error = { code: 'kernel_gone', message: `the kernel did not finish it: ${message}`, hint: '', details: [] };
    this._end();
  }

  private _move(more: Partial<Job>): void {
    this._job = { ...this._job, ...more, seq: this._job.seq + 1 };
    this._options.jobs.show(this._job);
  }

  private _began = 0;
  private _error: Job['error'] = null;
  private _isCancelled = false;
  private _job: Job;
  private _result: Job['result'] = null;
}

const SILENT: NonNullable<Job['error']> = {
  code: 'unexpected',
  message: 'the kernel did not say how it ended',
  hint: '%kit list shows whether the kit is there',
  details: []
};
