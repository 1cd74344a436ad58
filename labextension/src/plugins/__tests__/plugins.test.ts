import { Notification } from '@jupyterlab/apputils';
import { CommandRegistry } from '@lumino/commands';
import { Signal } from '@lumino/signaling';

import { FakeServer, job, jobs, until } from '../../__tests__/server';
import plugins from '../..';
import { kitLine } from '../../lines';
import { KitModel } from '../../model';
import { CommandIDs, IKitModel } from '../../tokens';
import { frontend } from '../frontend';
import { jobs as jobPlugin } from '../jobs';
import { lines } from '../lines';
import { placeOf } from '../place';
import { notifications } from '../notifications';

const activate = (plugin: object, ...given: unknown[]): unknown =>
  (plugin as { activate: (...given: unknown[]) => unknown }).activate(...given);

describe('the plugins', () => {
  it('have names of their own, say what they do, and need nothing that Notebook 7 has not', () => {
    expect(new Set(plugins.map(each => each.id)).size).toBe(plugins.length);
    for (const { id, description, requires } of plugins) {
      expect(id).toMatch(/^kitops-jupyter:[a-z-]+$/);
      expect(description).toBeTruthy();
      expect((requires ?? []).every(token => token === IKitModel)).toBe(true);
    }
  });
});

describe('a transfer in the notifications', () => {
  let server: FakeServer;
  let model: KitModel;
  let commands: CommandRegistry;
  let answer = jobs('e1', 1, job('a'));

  beforeEach(async () => {
    answer = jobs('e1', 1, job('z', { state: 'done' }));
    server = new FakeServer({ 'GET jobs': () => answer, 'DELETE jobs/a': () => undefined });
    model = new KitModel({ services: server.services as never, standby: 'never' });
    commands = new CommandRegistry();
    const app = { commands, contextMenuHitTest: () => undefined };
    activate(notifications, app, model, null);
    activate(jobPlugin, app, model, null);
    await model.jobs.refresh();
  });

  afterEach(() => {
    Notification.dismiss();
    model.dispose();
  });

  const told = (): [string, string][] => Notification.manager.notifications.map(each => [each.type, each.message]);

  it('is one, tells how far it is, is cancelled from there, and then how it ended', async () => {
    expect(told()).toEqual([]);
    answer = jobs('e1', 2, job('a', { seq: 2, title: 'Pull x', done_bytes: 250 }));
    await model.jobs.refresh();
    expect(told()).toEqual([['in-progress', 'Pull x  25 %  1 min left']]);
    const cancel = Notification.manager.notifications[0].options.actions?.[0];
    answer = jobs('e1', 3, job('a', { seq: 3, title: 'Pull x', state: 'cancelled' }));
    cancel?.callback(new MouseEvent('click'));
    await until(() => told()[0]?.[0] === 'info', 'the end');
    expect(server.count('DELETE jobs/a')).toBe(1);
    expect(told()).toEqual([['info', 'Pull x: cancelled']]);
  });

  it('stays until somebody saw why it failed', async () => {
    answer = jobs('e1', 2, job('a', { seq: 2, title: 'Pull x' }));
    await model.jobs.refresh();
    const error = { code: 'unreachable', message: 'corp\u202e is gone', hint: '', details: [] };
    answer = jobs('e1', 3, job('a', { seq: 3, title: 'Pull x', state: 'failed', error }));
    await model.jobs.refresh();
    expect(told()).toEqual([['error', 'Pull x: failed. corp\ufffd is gone']]);
    expect(Notification.manager.notifications[0].options.autoClose).toBe(false);
  });

  it('that failed goes when it is tried again, wherever that was asked for', async () => {
    const error = { code: 'unreachable', message: 'gone', hint: 'look at the cable', details: [] };
    const reference = 'corp/app:v1';
    answer = jobs('e1', 2, job('a', { seq: 2, title: 'Pull x', reference }));
    await model.jobs.refresh();
    answer = jobs('e1', 3, job('a', { seq: 3, title: 'Pull x', reference, state: 'failed', error }));
    await model.jobs.refresh();
    expect(told()).toEqual([['error', 'Pull x: failed. gone\nlook at the cable']]);
    answer = jobs('e1', 4, job('b', { seq: 4, title: 'Pull x', reference, done_bytes: 10, bytes_per_s: 10 }));
    server.routes['POST jobs/a/retry'] = () => answer.jobs[0];
    await model.jobs.retry('a');
    expect(told()).toEqual([['in-progress', 'Pull x  1 %  2 min left']]);
  });

  it('that made files says where, and shows them', async () => {
    const ran: unknown[] = [];
    const describedBy = { args: {} };
    commands.addCommand('filebrowser:go-to-path', { describedBy, execute: args => void ran.push(args.path) });
    const result = {
      digest: '',
      files: 2,
      size_bytes: 1024,
      moved_bytes: 0,
      here_bytes: 0,
      directory: 'work/x',
      text: ''
    };
    answer = jobs('e1', 2, job('a', { seq: 2, title: 'x' }));
    await model.jobs.refresh();
    answer = jobs('e1', 3, job('a', { seq: 3, title: 'x', state: 'done', result }));
    await model.jobs.refresh();
    expect(told()).toEqual([['success', 'x: pulled, 2 files, 1.0 KiB in work/x']]);
    const [show] = Notification.manager.notifications[0].options.actions ?? [];
    expect(show.label).toBe('Show files');
    show.callback(new MouseEvent('click'));
    expect(ran).toEqual(['work/x']);
  });

  it('is not shown when the settings turn it off', async () => {
    model.preferences = { ...model.preferences, notifications: false };
    answer = jobs('e1', 2, job('a', { seq: 2 }));
    await model.jobs.refresh();
    expect(told()).toEqual([]);
  });
});

describe('a %kit line', () => {
  it('is taken from the row of the context menu, and copied only when there is one', () => {
    const commands = new CommandRegistry();
    let node: HTMLElement | undefined = document.createElement('div');
    activate(lines, { commands, contextMenuHitTest: () => node }, null, null);
    expect(commands.isEnabled(CommandIDs.copyLine)).toBe(false);
    node.dataset.line = '{"words":["list"],"paths":[]}';
    expect(commands.isEnabled(CommandIDs.copyLine)).toBe(true);
    expect(commands.isEnabled(CommandIDs.insertLine)).toBe(false);
    node = undefined;
    expect(commands.isEnabled(CommandIDs.copyLine, { line: kitLine('info', 'a:b') })).toBe(true);
    expect(commands.isEnabled(CommandIDs.copyLine, { line: kitLine('info', 'a{b}') })).toBe(false);
  });

  it('that loads is put into a new notebook of Python where none is open', async () => {
    const commands = new CommandRegistry();
    const cell = { model: { type: 'code', sharedModel: { text: '', getSource: () => '', setSource(_: string) {} } } };
    cell.model.sharedModel.setSource = text => void (cell.model.sharedModel.text = text);
    const content = { activeCell: cell, activeCellIndex: 0, widgets: [cell], activate: () => undefined };
    const made: unknown[] = [];
    const panel = { id: 'new', content, context: { ready: Promise.resolve() }, revealed: Promise.resolve() };
    const describedBy = { args: {} };
    commands.addCommand('notebook:create-new', { describedBy, execute: args => (made.push(args), panel) });
    const kernelspecs = { ir: { language: 'R' }, py: { language: 'Python' } };
    const serviceManager = { kernelspecs: { specs: { default: 'ir', kernelspecs } } };
    const app = { commands, serviceManager, shell: { activateById: (id: string) => made.push(id) } };
    activate(lines, app, null, { currentWidget: null }, null);
    await commands.execute(CommandIDs.load, { reference: 'corp/app:v1', names: ['clf'], remote: true });
    expect(made).toEqual([{ kernelName: 'py' }, 'new']);
    expect(cell.model.sharedModel.text).toBe('%load_ext kitops_jupyter\n%kit load corp/app:v1 clf --remote');
    await commands.execute(CommandIDs.load, { reference: 'corp/app:{v1}' });
    expect(made.length).toBe(2);
  });

  it('goes where the notebook at hand is', () => {
    const app = {
      serviceManager: { contents: { driveName: (path: string) => (path.includes(':') ? path.split(':')[0] : '') } }
    };
    const model = { status: { root: '/srv' } };
    const at = (path: string | null): unknown =>
      placeOf(app as never, model as never, { currentWidget: path === null ? null : { context: { path } } } as never);
    expect([at('a/b.ipynb'), at('b.ipynb')]).toEqual([
      { root: '/srv', folder: 'a' },
      { root: '/srv', folder: '' }
    ]);
    expect([at(null), at('s3:a/b.ipynb')]).toEqual(Array(2).fill({ root: '/srv', folder: null }));
  });
});

describe('a kernel that asks for its notebook', () => {
  type Target = (comm: unknown, message: unknown) => void;

  const ask = async (data: object, save: () => Promise<void>, started?: Promise<unknown>): Promise<object[]> => {
    const targets: Target[] = [];
    const kernel = {
      info: Promise.resolve({}),
      supportsSubshells: started !== undefined,
      registerCommTarget: (name: string, target: Target) => name === 'kitops.frontend' && targets.push(target)
    };
    const context = { localPath: 'w/n.ipynb', save, model: { dirty: false }, contentsModel: { last_modified: 't' } };
    const notebooks: { widgetAdded?: Signal<object, object> } = {};
    notebooks.widgetAdded = new Signal(notebooks);
    const kernelChanged = new Signal<object, object>({});
    activate(frontend, {}, notebooks);
    notebooks.widgetAdded.emit({ context, sessionContext: { session: { kernel }, kernelChanged } });
    const sent: object[] = [];
    targets[0]({ subshellStarted: started, send: (reply: object) => sent.push(reply) }, { content: { data } });
    await until(() => sent.length > 0, 'a reply');
    return sent;
  };

  it('gets it saved, and told where it is', async () => {
    let count = 0;
    const sent = await ask({ op: 'save', id: '1' }, async () => void (count += 1));
    expect(count).toBe(1);
    expect(sent).toEqual([{ id: '1', ok: true, path: 'w/n.ipynb', dirty: false, last_modified: 't' }]);
  });

  it('is reported when it could not be saved', async () => {
    const sent = await ask({ op: 'save', id: '1' }, () => Promise.reject(new Error('disk full')));
    expect(sent).toMatchObject([{ ok: false, error: 'disk full' }]);
  });

  it('gets nothing saved by a question that is none', async () => {
    let count = 0;
    const sent = await ask({ op: 'rm' }, async () => void (count += 1));
    expect([count, sent]).toMatchObject([0, [{ ok: false, id: null }]]);
  });

  it('is answered through its subshell when it has one', async () => {
    let isStarted = false;
    const started = new Promise(resolve => setTimeout(resolve, 50)).then(() => void (isStarted = true));
    await ask({ op: 'save', id: '1' }, async () => undefined, started);
    expect(isStarted).toBe(true);
  });
});
