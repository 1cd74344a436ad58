import { nullTranslator } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import { act, within } from '@testing-library/react';

import { job } from '../../../__tests__/server';
import { KitModel } from '../../../model';
import { Memory } from '../../../model/memory';
import { CommandIDs } from '../../../tokens';
import type { Job } from '../../../wire';
import { KitPanel } from '..';
import { answers, button, HOSTILE, model, panel, ran, server, shown } from './page';

describe('transfers', () => {
  const show = async (...all: Job[]): Promise<void> => {
    answers(all);
    await act(() => model.jobs.refresh());
    await shown(() => panel.node.querySelectorAll('.kitops-Job').length === all.length, 'the transfers');
  };

  it('tell how far they are, and can be cancelled', async () => {
    await show(job('a', { title: 'corp/app:v1', done_bytes: 620, bytes_per_s: 2048 }));
    const bar = within(panel.node).getByRole('progressbar');
    expect(bar.getAttribute('aria-valuenow')).toBe('62');
    expect(panel.node.querySelector('.kitops-Job-told')?.textContent).toBe('62 %  2.0 KiB/s  1 s left');
    await act(async () => button('Cancel').click());
    await act(async () => button('Copy the %kit line').click());
    expect(ran).toEqual([
      [CommandIDs.endJob, { job: 'a' }],
      [CommandIDs.copyLine, { line: { words: ['pull', 'corp/app:a'], paths: [] } }]
    ]);
  });

  it('look different when they are done, failed or cancelled', async () => {
    const error = { code: 'unreachable', message: `${HOSTILE} is gone`, hint: 'Try later.', details: [] };
    const moved = { digest: '', files: 0, size_bytes: 0, moved_bytes: 1024, here_bytes: 2048, directory: '', text: '' };
    const result = { ...moved, files: 3, size_bytes: 1024 };

    await show(
      job('a', { state: 'done', result: moved }),
      job('d', { state: 'done', result: { ...result, directory: 'work' } }),
      job('e', { state: 'done', kind: 'pack', result }),
      job('bb', { state: 'cancelled', done_bytes: 512 }),
      job('ccc', { state: 'failed', error })
    );
    const told = [...panel.node.querySelectorAll('.kitops-Job')].map(each => [each.className, each.textContent]);
    expect(told).toEqual([
      ['kitops-Job kitops-mod-failed', expect.stringContaining(`${HOSTILE} is goneTry again later, or check how`)],
      ['kitops-Job kitops-mod-cancelled', expect.stringContaining('512 B of it is kept')],
      ['kitops-Job kitops-mod-done', expect.stringContaining('3 files, 1.0 KiB')],
      ['kitops-Job kitops-mod-done', expect.stringContaining('3 files, 1.0 KiBwork')],
      ['kitops-Job kitops-mod-done', expect.stringContaining('1.0 KiB downloaded, 2.0 KiB already here')]
    ]);
    expect(panel.node.querySelector('img')).toBeNull();
    expect([...panel.node.querySelectorAll('.kitops-Job-told')].map(each => each.textContent)).toEqual([
      'pull failed',
      'pull cancelled',
      'packed',
      'pulled',
      'pulled'
    ]);
    const names = [...panel.node.querySelectorAll('.kitops-Job-name')].map(each => each.textContent);
    expect(names).toEqual(['ccc', 'bb', 'e', 'd', 'a']); // with or without a registry: no verb stands in the name
    await act(async () => button('Copy details').click());
    expect(ran).toEqual([[CommandIDs.copyDetails, { job: 'ccc' }]]);
  });

  it('that have ended leave room for the tree: the newest are shown, the others counted', async () => {
    answers(Array.from({ length: 9 }, (_, at) => job(`j${at}`, { state: at < 2 ? 'running' : 'done' })));
    await act(() => model.jobs.refresh());
    await shown(() => panel.node.textContent?.includes('and 2 more') === true, 'the count');
    expect(panel.node.querySelectorAll('.kitops-Job.kitops-mod-running')).toHaveLength(2);
    expect(panel.node.querySelectorAll('.kitops-Job.kitops-mod-done')).toHaveLength(5);
  });
});

describe('the panel without the server extension', () => {
  it('says so, with the command that installs it, and looks again when asked', async () => {
    const { 'GET status': there } = server.routes;
    delete server.routes['GET status'];
    const bare = new KitModel({ services: server.services as never, standby: 'never' });
    const other = new KitPanel({
      model: bare,
      memory: new Memory(null),
      trans: nullTranslator.load(''),
      run: (command, args) => void ran.push([command, args]),
      notebooks: null
    });
    await act(async () => {
      Widget.attach(other, document.body);
      await bare.refresh();
    });
    await shown(
      () => other.node.textContent?.includes('jupyter server extension enable kitops_jupyter') === true,
      'why'
    );
    expect(within(other.node).queryByRole('tree')).toBeNull();
    server.routes['GET status'] = there;
    await act(async () => within(other.node).getByText('Try again').click());
    await shown(() => within(other.node).queryByRole('tree') !== null, 'the tree');
    await act(async () => other.dispose());
    bare.dispose();
  });
});
