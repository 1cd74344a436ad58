import { Sanitizer } from '@jupyterlab/apputils';
import { RenderMimeRegistry, standardRendererFactories } from '@jupyterlab/rendermime';
import { nullTranslator } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

import { until } from '../../../__tests__/server';
import { fenced, readNotebook } from '../cells';
import { NotebookView } from '../notebookview';
import { strict } from '../sanitized';

const trans = nullTranslator.load('');
const EVIL = [
  '<script>window.hacked = 1</script>',
  '<img src="https://evil.example/x.png" onerror="window.hacked = 2">',
  '<button data-commandlinker-command="filebrowser:delete">press</button>',
  '<form action="https://evil.example"><input name="password"></form>',
  '<svg onload="window.hacked = 3"><a href="javascript:alert(1)">a</a></svg>',
  '<div id="main" class="jp-Dialog" style="position:fixed;inset:0">over all</div>',
  '<a href="javascript:window.hacked=4">go</a>'
].join('\n');

const code = (...outputs: unknown[]): unknown => ({ cell_type: 'code', source: 'f()', execution_count: 1, outputs });
const display = (data: { [mime: string]: unknown }): unknown => ({ output_type: 'display_data', data, metadata: {} });

const draw = async (...cells: unknown[]): Promise<NotebookView> => {
  // The markdown parser of the application is one of its plugins; here the text itself stands for its HTML.
  const rendermime = new RenderMimeRegistry({
    initialFactories: standardRendererFactories,
    sanitizer: new Sanitizer(),
    markdownParser: { render: async source => source }
  });
  const view = new NotebookView({ cells, metadata: { language_info: { name: 'python' } } }, rendermime, trans);
  Widget.attach(view, document.body);
  await until(() => ![...view.node.querySelectorAll('.jp-RenderedMarkdown')].some(each => !each.textContent), 'cells');
  return view;
};

afterEach(() => document.body.replaceChildren());

it.each([
  ['a cell', { cell_type: 'markdown', source: EVIL, metadata: { trusted: true } }],
  ['an output', code(display({ 'text/html': EVIL }))],
  [
    'an output that says it is trusted',
    { ...(code(display({ 'text/html': EVIL })) as object), metadata: { trusted: true } }
  ]
])('nothing in %s runs, loads, or reaches for the page', async (_, cell) => {
  const view = await draw(cell);
  await until(() => view.node.textContent?.includes('over all') === true, 'the text');
  const bad =
    'script, img, svg, form, input, [id="main"], [style], .jp-Dialog, [data-commandlinker-command], [onerror]';
  const own = [...view.node.querySelectorAll('.kitops-Cell-body *')].filter(each => each.matches(bad));
  expect(own.map(each => each.tagName)).toEqual([]);
  expect([...view.node.querySelectorAll('a')].map(each => each.getAttribute('href') ?? '')).not.toContainEqual(
    expect.stringMatching(/^javascript/)
  );
  expect((window as unknown as { hacked?: number }).hacked).toBeUndefined();
});

it.each([
  ['click', 0],
  ['auxclick', 1]
])('by a %s a link leads to the web in a page of its own, or nowhere', async (kind, button) => {
  const own = [`${window.location.origin}/logout`, `${window.location.origin.toUpperCase()}/logout`, '/lab?reset'];
  const nowhere = [...own, `//${window.location.host}/logout`, 'logout', 'http://[', 'http://', '#main'];
  const addresses = [...nowhere, 'https://example.com/'];
  const source = addresses.map(address => `<a href="${address}">x</a>`).join(' ');
  const view = await draw({ cell_type: 'markdown', source });
  await until(() => view.node.querySelectorAll('a').length === addresses.length, 'links');
  const open = jest.spyOn(window, 'open').mockReset().mockReturnValue(null);
  for (const link of view.node.querySelectorAll('a')) {
    expect(link.dispatchEvent(new MouseEvent(kind, { bubbles: true, cancelable: true, button }))).toBe(false);
  }
  expect(open.mock.calls).toEqual([['https://example.com/', '_blank', 'noopener,noreferrer']]);
});

it('draws text, errors and pictures, and leaves scripts and widgets out', async () => {
  const view = await draw(
    code(
      { output_type: 'stream', name: 'stdout', text: ['one\n', 'two'] },
      { output_type: 'error', ename: 'E', evalue: 'v', traceback: ['\u001b[31mE\u001b[0m: v'] },
      display({ 'application/javascript': 'window.hacked = 5', 'image/png': 'iVBORw0KGgo=\n', 'text/plain': 'p' }),
      display({ 'application/vnd.jupyter.widget-view+json': { model_id: 'x' } }),
      display({ 'image/png': '"><script>' }),
      display({ 'image/svg+xml': '<svg onload="window.hacked = 6"/>', 'text/plain': 'a drawing' })
    )
  );
  await until(() => view.node.querySelectorAll('img').length === 1, 'a picture');
  expect([...view.node.querySelectorAll('.kitops-Cell-output')].map(each => each.textContent)).toEqual([
    'one\ntwo',
    'E: v',
    '',
    'a drawing'
  ]);
  expect(view.node.querySelector('img')?.src).toBe('data:image/png;base64,iVBORw0KGgo=');
});

it('draws many cells a step at a time', async () => {
  const view = await draw(...Array.from({ length: 120 }, (_, at) => ({ cell_type: 'raw', source: `cell ${at}` })));
  const more = view.node.querySelector<HTMLElement>('.kitops-Button')!;
  const counts = [view.node.querySelectorAll('.kitops-Cell').length];
  for (let step = 0; step < 2; step++) {
    more.click();
    counts.push(view.node.querySelectorAll('.kitops-Cell').length);
  }
  expect([counts, more.hidden]).toEqual([[50, 100, 120], true]);
});

it.each([
  [{}],
  [{ cells: 'x' }],
  [{ cells: [null, 3, { cell_type: {}, source: { a: 1 } }, []] }],
  [{ cells: [code(7, null)] }]
])('reads %j without falling over', notebook => {
  expect(() => readNotebook(notebook)).not.toThrow();
});

it('takes no language that is not a word', () => {
  const language = (name: unknown): string => readNotebook({ metadata: { language_info: { name } } }).language;
  expect(['python', 'c++', 'a b', '```\n<script>', 7].map(language)).toEqual(['python', 'c++', '', '', '']);
});

it('keeps code inside its block', () => {
  expect(fenced('a\n````\n# out', 'python')).toBe('`````python\na\n````\n# out\n`````');
  expect(fenced('x', '')).toBe('```\nx\n```');
});

it('lets a caller of the sanitizer narrow what is allowed, never widen it', () => {
  const { sanitize } = strict(new Sanitizer());
  expect(sanitize('<span>a</span><b>c</b>', { allowedTags: ['span', 'img', 'script'] })).toBe('<span>a</span>c');
  expect(sanitize('<img src="x">', { allowedTags: ['img'] })).toBe('');
});
