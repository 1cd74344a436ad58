import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { INotebookTracker } from '@jupyterlab/notebook';
import type { Kernel, KernelMessage } from '@jupyterlab/services';
import type { JSONObject } from '@lumino/coreutils';

/** What a kernel opens to ask the page that shows its notebook. */
const TARGET = 'kitops.frontend';
/** A kernel with subshells answers a blocked cell only through one: how long to wait for it. */
const SUBSHELL_MS = 1500;

/** Lets `%kit pack` have its notebook saved, and tells it where the notebook is, also after it was renamed. */
export const frontend: JupyterFrontEndPlugin<void> = {
  id: 'kitops-jupyter:frontend',
  description: 'Saves a notebook when its kernel asks for it.',
  autoStart: true,
  optional: [INotebookTracker],
  activate: (_: JupyterFrontEnd, notebooks: INotebookTracker | null) => {
    notebooks?.widgetAdded.connect((__, panel) => {
      const register = (kernel: Kernel.IKernelConnection | null | undefined): void => {
        kernel?.registerCommTarget(TARGET, (comm, message) => void answer(panel, kernel, comm, message));
      };
      register(panel.sessionContext.session?.kernel);
      panel.sessionContext.kernelChanged.connect((___, { newValue }) => register(newValue));
    });
  }
};

async function answer(
  panel: NotebookPanel,
  kernel: Kernel.IKernelConnection,
  comm: Kernel.IComm,
  message: KernelMessage.ICommOpenMsg
): Promise<void> {
  const asked = message.content.data as JSONObject;
  const reply: JSONObject = { id: asked.id ?? null, ok: false, path: panel.context.localPath };
  try {
    if (asked.op === 'save') {
      await panel.context.save();
    }
    reply.ok = asked.op === 'save' || asked.op === 'where';
  } catch (reason) {
    reply.error = String((reason as Error)?.message ?? reason);
  }
  reply.path = panel.context.localPath;
  reply.dirty = panel.context.model.dirty;
  reply.last_modified = panel.context.contentsModel?.last_modified ?? '';
  await subshell(kernel, comm);
  if (!comm.isDisposed) {
    comm.send(reply);
  }
}

async function subshell(kernel: Kernel.IKernelConnection, comm: Kernel.IComm): Promise<void> {
  await kernel.info.catch(() => undefined);
  const started = (comm as { subshellStarted?: Promise<unknown> }).subshellStarted;
  if (kernel.supportsSubshells && started) {
    await Promise.race([started, new Promise(resolve => setTimeout(resolve, SUBSHELL_MS))]);
  }
}
