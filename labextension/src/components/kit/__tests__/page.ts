// A kit's tab in the page, before a server that answers what a test says.

import { Sanitizer } from '@jupyterlab/apputils';
import { RenderMimeRegistry, standardRendererFactories } from '@jupyterlab/rendermime';
import { nullTranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';
import { act, fireEvent, screen } from '@testing-library/react';

import type { Route } from '../../../__tests__/server';
import { FakeServer, job, jobs, local, status } from '../../../__tests__/server';
import { KitModel } from '../../../model';
import type { IPlace } from '../../../lines';
import { written } from '../../../lines';
import type { FilePreview, Job, KitView, LayerRow, Line, PullCheck } from '../../../wire';
import type { IActions } from '../../shared/actions';
import { KitTab } from '..';

export const HOSTILE = '<img src=x onerror=alert(1)>\u202e\u0007';
export const SHOWN = '<img src=x onerror=alert(1)>\ufffd\ufffd';

/** What came of a job that did nothing. */
export const NONE = { digest: '', files: 0, size_bytes: 0, moved_bytes: 0, here_bytes: 0, directory: '', text: '' };

const layer = (key: string, more: Partial<LayerRow> = {}): LayerRow => ({
  key,
  section: key.split(':')[0],
  name: '',
  path: key,
  digest: `sha256:${key}`,
  size_bytes: 1024,
  file_bytes: null,
  media_type: '',
  is_here: false,
  can_list: true,
  can_pick_files: true,
  filter: key,
  remote_path: '',
  ...more
});

export const kit: KitView = {
  reference: 'corp/app:v1',
  digest: `sha256:${'1'.repeat(64)}`,
  size_bytes: 3072,
  created: '2026-01-01T00:00:00Z',
  kit_name: 'app',
  kit_version: '1',
  description: HOSTILE,
  authors: [HOSTILE],
  license: '',
  is_local: false,
  message: 'deeper trees\nAUC 0.9 <img src=x> \u202e',
  kitfile_yaml: 'package:\n  name: app # <b>\u202e\nmodel:\n',
  entries: [
    {
      section: 'model',
      name: HOSTILE,
      path: 'model',
      facts: { framework: 'sklearn', description: HOSTILE },
      parameters: [{ name: 'fit.depth', value: '3' }]
    }
  ],
  layers: [layer('model:0', { is_here: true }), layer('dataset:0', { name: HOSTILE }), layer('code:0')],
  annotations: {},
  tags: ['v1', 'v2']
};

export const readme: FilePreview = {
  key: 'code:0',
  path: 'README.md',
  size_bytes: 10,
  kind: 'markdown',
  text: '# Read me',
  rows: [],
  media_type: '',
  data: '',
  is_whole: true,
  is_verified: true
};

const file = (path: string, more: object = {}): object => ({
  name: path.split('/').pop(),
  path,
  is_dir: false,
  size_bytes: 512,
  files: 1,
  filter: `dataset:${path}`,
  ...more
});

const into = (path: string, ...more: string[]): Line => ({
  words: ['pull', 'corp/app:v1', '-d', path, ...more],
  paths: [3]
});

/** jsdom lays nothing out: say how tall the tree is. */
const TALL = 280;

export class Page {
  constructor(
    private readonly _kit: KitView,
    private readonly _folder = ''
  ) {
    jest.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(TALL);
    this.server = new FakeServer(this._routes());
    this.model = new KitModel({ services: this.server.services as never, standby: 'never' });
    this.actions = {
      model: this.model,
      trans: nullTranslator.load(''),
      write: line => written(line, this.place),
      moved: this.moved,
      copy: text => void this.copied.push(text),
      insert: null,
      chooseFolder: async () => 'work',
      run: async (command, args) => void this.ran.push([command, args])
    };
    this.tab = this.make('corp/app:v1');
  }

  readonly actions: IActions;
  readonly copied: string[] = [];
  readonly moved = new Signal<object, void>(this);
  place: IPlace = { root: '/srv', folder: '' };
  readonly model: KitModel;
  readonly ran: [string, object][] = [];
  readonly server: FakeServer;
  readonly tab: KitTab;

  check: PullCheck = {
    kind: 'pull',
    files: 3,
    size_bytes: 1536,
    moved_bytes: 2048,
    here_bytes: 1024,
    conflicts: [],
    conflict_count: 0,
    command: into('work'),
    keep_command: into('work', '--ignore-existing'),
    overwrite_command: into('work', '--overwrite'),
    beside: 'work/app-v1',
    beside_command: into('work/app-v1')
  };
  started: Job = job('j1', { state: 'waiting' });

  static async open(shown = kit, folder = ''): Promise<Page> {
    const page = new Page(shown, folder);
    await act(async () => Widget.attach(page.tab, document.body));
    await page.shown(() => page.tab.node.querySelector('[role=tab]') !== null, 'the kit');
    await page.go('Contents', () => page.rows().length > 0);
    return page;
  }

  make(reference: string): KitTab {
    const rendermime = new RenderMimeRegistry({
      initialFactories: standardRendererFactories,
      sanitizer: new Sanitizer(),
      markdownParser: { render: async source => source }
    });
    return new KitTab({ reference, rendermime, openMenu: null, folder: () => this._folder, actions: this.actions });
  }

  async close(): Promise<void> {
    await act(async () => this.tab.dispose());
    this.model.dispose();
    jest.restoreAllMocks();
  }

  async shown(isSo: () => boolean, what: string): Promise<void> {
    for (let tries = 0; !isSo(); tries++) {
      if (tries > 600) {
        throw new Error(`waited in vain for ${what}: ${this.tab.node.textContent}`);
      }
      await act(async () => void (await new Promise(resolve => setTimeout(resolve, 10))));
    }
  }

  /** What a signal changed is drawn in the next frame. */
  async frame(): Promise<void> {
    await act(async () => void (await new Promise(resolve => setTimeout(resolve, 30))));
  }

  rows(): HTMLElement[] {
    return [...this.tab.node.querySelectorAll<HTMLElement>('[role=treeitem]')];
  }

  box(name: string): HTMLInputElement {
    return screen.getByRole('checkbox', { name });
  }

  button(name: RegExp | string): HTMLButtonElement {
    return screen.getByRole('button', { name });
  }

  async click(node: HTMLElement): Promise<void> {
    await act(async () => void fireEvent.click(node));
  }

  /** To another of the tab's views. */
  async go(name: string, isSo: () => boolean): Promise<void> {
    await this.click(screen.getByRole('tab', { name }));
    await this.shown(isSo, name);
  }

  /** What was sent last. */
  bodyOf(route: string): unknown {
    return this.server.asked.filter(each => `${each.method} ${each.path}` === route).pop()?.body;
  }

  private _routes(): { [route: string]: Route } {
    return {
      'GET status': () => status(),
      'GET local': () => local('localhost/churn:tuned'),
      'GET jobs': () => jobs('e1', 1, this.started),
      'GET kit': () => this._kit,
      'GET readme': () => readme,
      'GET preview': ({ query }) => ({ ...readme, kind: 'table', path: query.path, rows: [['x'], [HOSTILE]] }),
      'GET files': ({ query }) => {
        const items =
          query.key === 'code:0'
            ? [file('x.ipynb'), file(HOSTILE)]
            : Array.from({ length: 300 }, (_, at) => file(`f${at}`)).slice(Number(query.after ?? 0));
        return { items, next: '', total_files: items.length, total_bytes: 512 * items.length, is_verified: true };
      },
      'POST check/pull': () => this.check,
      'POST jobs': () => this.started,
      'POST validate': () => ({
        accepted: false,
        warnings: [],
        problems: [{ line: 2, column: 1, field: '', message: HOSTILE, hint: 'fix it' }],
        config: '',
        yaml: ''
      }),
      'GET notebook': () => ({
        path: 'x.ipynb',
        size_bytes: 10,
        notebook: { cells: [{ cell_type: 'raw', source: 'read me' }] },
        is_verified: true
      }),
      'GET history': () => [
        {
          tag: 'v1',
          digest: kit.digest,
          created: '2026-01-02T00:00:00Z',
          size_bytes: 1,
          kit_name: HOSTILE,
          problem: '',
          can_undo: false,
          message: `\n${HOSTILE}\nmore`,
          metrics: { auc: 0.9, [HOSTILE]: null },
          code: { commit: 'a'.repeat(40), branch: HOSTILE, remote: HOSTILE, is_dirty: true, changed_files: 2 },
          ran: {
            cells: 12,
            as_saved: 9,
            edited: 1,
            failed: 0,
            never_ran: 2,
            out_of_order: 0,
            gone: 1
          }
        },
        {
          tag: 'champion',
          digest: 'sha256:abc',
          created: '2026-01-01T00:00:00Z',
          size_bytes: 1,
          kit_name: 'old',
          problem: '',
          can_undo: true,
          message: '',
          metrics: { auc: 0.123456789 },
          code: null,
          ran: null
        }
      ]
    };
  }
}
