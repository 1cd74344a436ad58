import type { FilePage, FileRow, LayerRow } from '../../../wire';
import { rowsOf } from '../rows';
import type { INode } from '../node';
import { canTick, tickOf } from '../node';
import { SPLIT_LIMIT, Tree } from '../tree';

const layer = (key: string, more: Partial<LayerRow> = {}): LayerRow => ({
  key,
  section: key.split(':')[0],
  name: '',
  path: key,
  digest: `sha256:${key}`,
  size_bytes: 1000,
  file_bytes: null,
  media_type: '',
  is_here: false,
  can_list: true,
  can_pick_files: true,
  filter: key,
  remote_path: '',
  ...more
});

const file = (path: string, more: Partial<FileRow> = {}): FileRow => ({
  name: path.split('/').pop() ?? '',
  path,
  is_dir: false,
  size_bytes: 10,
  files: 1,
  filter: `dataset:${path}`,
  ...more
});

const page = (items: FileRow[], next = ''): FilePage => ({
  items,
  next,
  total_files: items.length,
  total_bytes: 0,
  is_verified: true
});

const PAGES: { [where: string]: FilePage } = {
  'dataset:0  ': page([file('data', { is_dir: true })]),
  'dataset:0 data ': page([file('data/train', { is_dir: true, size_bytes: 40 }), file('data/a'), file('data/b')]),
  'dataset:0 data/train ': page([file('data/train/1')], '1'),
  'dataset:0 data/train 1': page([file('data/train/2')]),
  'code:0  ': page([file('x.ipynb')])
};

let asked: string[];
let tree: Tree;

beforeEach(() => {
  asked = [];
  tree = new Tree([layer('model:0', { can_list: false }), layer('dataset:0'), layer('code:0')], async (...all) => {
    const where = all.slice(0, 3).join(' ');
    asked.push(where);
    const found = PAGES[where];
    if (!found) {
      throw new Error(`no page ${where}`);
    }
    return found;
  });
});

const names = (): string[] => rowsOf(tree.layers).map(({ node, note }) => note ?? node.file?.path ?? node.layer.key);
const find = (name: string): INode =>
  rowsOf(tree.layers).find(({ node, note }) => !note && (node.file?.path ?? node.layer.key) === name)!.node;

it('asks for nothing until something is opened, and passes by folders with nothing but a folder in them', async () => {
  expect(asked).toEqual([]);
  await tree.open(find('dataset:0'));
  expect(asked).toEqual(['dataset:0  ', 'dataset:0 data ']);
  expect(names()).toEqual(['model:0', 'dataset:0', 'data/train', 'data/a', 'data/b', 'code:0']);
});

it('shows a page at a time', async () => {
  await tree.open(find('dataset:0'));
  await tree.open(find('data/train'));
  expect(names().slice(2, 5)).toEqual(['data/train', 'data/train/1', 'more']);
  await tree.more(find('data/train'));
  expect(names().slice(2, 5)).toEqual(['data/train', 'data/train/1', 'data/train/2']);
});

it('shows an error in the place of the names, and asks again', async () => {
  const broken = new Tree([layer('dataset:7')], async () => {
    throw new Error('gone');
  });
  await broken.open(broken.layers[0]);
  expect(rowsOf(broken.layers).map(({ note, node }) => [note, node.error?.message])).toEqual([
    [null, 'gone'],
    ['error', 'gone']
  ]);
});

it('never ends in circles: a page that brings nothing new is the last', async () => {
  const same = page([file('a'), file('b')], 'b');
  const round = new Tree([layer('dataset:0')], async () => same);
  await round.open(round.layers[0]);
  await round.more(round.layers[0]);
  expect(round.layers[0].children).toHaveLength(2);
  expect(round.layers[0].next).toBe('');
});

it('ticks a file, its layer gets a half tick, and the filter is that of the file', async () => {
  await tree.open(find('dataset:0'));
  await tree.toggle(find('data/a'));
  expect([tickOf(find('data/a')), tickOf(find('dataset:0')), tickOf(find('data/train')), tree.tick]).toEqual([
    'all',
    'some',
    'none',
    'some'
  ]);
  expect(tree.filters).toEqual(['dataset:data/a']);
});

it('ticks a layer when all its parts are ticked', async () => {
  await tree.open(find('dataset:0'));
  for (const name of ['data/a', 'data/b', 'data/train']) {
    await tree.toggle(find(name));
  }
  expect(tree.filters).toEqual(['dataset:0']);
});

it('takes a file out of a ticked layer, also of a folder whose names were not all seen', async () => {
  await tree.open(find('dataset:0'));
  await tree.open(find('data/train'));
  await tree.toggle(find('dataset:0'));
  expect(tickOf(find('data/train/1'))).toBe('all');
  await tree.toggle(find('data/train/1'));
  expect(tree.filters).toEqual(['dataset:0', '!dataset:data/train/1']);
  expect([tickOf(find('dataset:0')), tickOf(find('data/train')), tickOf(find('data/train/1'))]).toEqual([
    'some',
    'some',
    'none'
  ]);
  expect(asked).not.toContain('dataset:0 data/train 1');
});

it('names what is ticked or what is not, whichever is shorter', async () => {
  await tree.open(find('dataset:0'));
  await tree.toggle(find('dataset:0'));
  await tree.toggle(find('data/a'));
  expect(tree.filters).toEqual(['dataset:data/train', 'dataset:data/b']);
  await tree.toggle(find('data/b'));
  expect(tree.filters).toEqual(['dataset:data/train']);
  tree.toggleAll();
  await tree.toggle(find('data/a'));
  expect(tree.filters).toEqual(['!dataset:data/a']);
  await tree.toggle(find('data/a'));
  expect([tree.tick, tree.filters]).toEqual(['all', []]);
});

it('has nothing of a folder when all of it is taken out, and all when all is put back', async () => {
  await tree.open(find('dataset:0'));
  await tree.open(find('data/train'));
  await tree.more(find('data/train'));
  await tree.toggle(find('dataset:0'));
  await tree.toggle(find('data/train/1'));
  await tree.toggle(find('data/train/2'));
  expect([tickOf(find('data/train')), tree.filters]).toEqual(['none', ['dataset:data/a', 'dataset:data/b']]);
  await tree.toggle(find('data/train/2'));
  expect([tickOf(find('data/train')), tree.filters]).toEqual(['some', ['dataset:0', '!dataset:data/train/1']]);
  await tree.toggle(find('data/train'));
  expect([tickOf(find('dataset:0')), tree.filters]).toEqual(['all', ['dataset:0']]);
  for (const name of ['data/a', 'data/b', 'data/train']) {
    await tree.toggle(find(name));
  }
  expect([tree.tick, tree.filters]).toEqual(['none', []]);
});

it('takes a file out of a folder without end, and puts it back alone after all of the folder was taken out', async () => {
  let next = 0;
  const endless = new Tree([layer('dataset:0')], async (_, folder) => {
    if (!folder) {
      return page([file('deep', { is_dir: true }), file('flat')]);
    }
    const items = Array.from({ length: 500 }, () => file(`deep/f${next++}`));
    return page(items, `f${next}`);
  });
  const [node] = endless.layers;
  await endless.open(node);
  const [deep] = node.children;
  await endless.open(deep);
  await endless.toggle(node);
  expect(await endless.toggle(deep.children[3])).toBe(true);
  expect(endless.filters).toEqual(['!dataset:deep/f3']);
  expect(deep.children).toHaveLength(500);
  await endless.toggle(deep);
  await endless.toggle(deep);
  expect(endless.filters).toEqual(['dataset:flat']);
  expect(await endless.toggle(deep.children[3])).toBe(true);
  expect(endless.filters).toEqual(['dataset:deep/f3', 'dataset:flat']);
  expect(deep.children).toHaveLength(SPLIT_LIMIT);
});

it('says so when a file can be put back neither without the list of its folder nor without that of the layer', async () => {
  let next = 0;
  const endless = new Tree([layer('dataset:0')], async (_, folder) => {
    const names = Array.from({ length: 500 }, () => file(`${folder || 'deep'}/f${next++}`, { is_dir: !folder }));
    return page(names, `f${next}`);
  });
  const [node] = endless.layers;
  await endless.open(node);
  const [deep] = node.children;
  await endless.open(deep);
  await endless.toggle(node);
  await endless.toggle(deep);
  expect(await endless.toggle(deep.children[3])).toBe(false);
  expect(tickOf(deep)).toBe('none');
});

it('keeps its ticks when the same kit was asked for again', async () => {
  await tree.open(find('dataset:0'));
  await tree.toggle(find('data/a'));
  tree.renew([layer('model:0'), layer('dataset:0', { is_here: true }), layer('code:0')]);
  expect([find('data/a').layer.is_here, tree.filters]).toEqual([true, ['dataset:data/a']]);
});

it('has no filters for a whole kit', () => {
  tree.toggleAll();
  expect([tree.tick, tree.filters]).toEqual(['all', []]);
  tree.toggleAll();
  expect([tree.tick, tree.filters]).toEqual(['none', []]);
});

it('does not tick what has no filter, nor files of a layer whose files can not be picked', async () => {
  const other = new Tree(
    [layer('dataset:0', { can_pick_files: false }), layer('dataset:1', { filter: '' })],
    async () => page([file('a')])
  );
  await other.open(other.layers[0]);
  expect([other.layers[0].children[0], other.layers[1]].map(canTick)).toEqual([false, false]);
  await other.toggle(other.layers[1]);
  expect(other.tick).toBe('none');
});

it('keeps data that is elsewhere out of the whole kit until it is ticked', async () => {
  const far = (key: string): LayerRow => layer(key, { digest: '', remote_path: `s3://bucket/${key}` });
  const kit = new Tree([layer('code:0'), far('dataset:0'), far('dataset:1')], () => Promise.reject(new Error('no')));
  kit.toggleAll();
  expect([kit.tick, kit.filters, kit.includesRemote]).toEqual(['all', [], false]);
  await kit.toggle(kit.layers[1]);
  expect([kit.tick, kit.filters, kit.includesRemote]).toEqual(['all', ['!dataset:1'], true]);
  await kit.toggle(kit.layers[2]);
  expect([kit.tick, kit.filters, kit.includesRemote]).toEqual(['all', [], true]);
  kit.toggleAll();
  expect([kit.tick, kit.filters]).toEqual(['some', ['!code:0']]);
});

it('shows the model of a base kit as a part like any other', async () => {
  const kit = new Tree([layer('model:0', { remote_path: 'corp/base:v1' })], () => Promise.reject(new Error('no')));
  kit.toggleAll();
  expect([kit.tick, kit.includesRemote]).toEqual(['all', false]);
});
