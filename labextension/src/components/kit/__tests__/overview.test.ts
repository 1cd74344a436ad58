import type { IEditorLanguage } from '@jupyterlab/codemirror';
import { screen } from '@testing-library/react';

import { refusal } from '../../../__tests__/server';
import { HOSTILE, Page, readme, SHOWN } from './page';

let page: Page;

const evil =
  '<img src="https://evil.example/x.png" onerror="window.hacked=1"><script>window.hacked=2</script>\n\n<b>safe</b>';

beforeEach(async () => {
  page = await Page.open();
});

afterEach(() => page.close());

const opened = async (answer: () => unknown): Promise<HTMLElement> => {
  page.server.routes['GET readme'] = answer;
  page.tab.content.state.readme.clear();
  await page.go('Overview', () => page.tab.content.state.readme.value !== null);
  await page.frame();
  return page.tab.node;
};

describe('the overview', () => {
  it('is what a kit opens with', () => {
    expect(screen.getAllByRole('tab')[0].textContent).toBe('Overview');
    expect(page.server.count('GET readme')).toBe(1);
  });

  it('has the facts and parameters of the Kitfile, with the text of strangers made harmless', async () => {
    const node = await opened(() => readme);
    expect(node.textContent).toContain(`Authors${SHOWN}`);
    expect(node.textContent).toContain('Frameworksklearn');
    expect([...node.querySelectorAll('.kitops-Overview-facts td')].map(each => each.textContent)).toEqual([
      'fit.depth',
      '3'
    ]);
    expect(screen.getByRole('note', { name: 'Message' }).textContent).toBe(
      'deeper trees\nAUC 0.9 <img src=x> \u{fffd}'
    );
    expect(node.textContent).not.toContain(HOSTILE);
  });

  it('renders the README, of which nothing runs and nothing is loaded', async () => {
    const node = await opened(() => ({ ...readme, text: evil }));
    await page.shown(() => node.querySelector('.jp-RenderedMarkdown b') !== null, 'the README');
    expect(node.querySelectorAll('.kitops-File-markdown img, .kitops-File-markdown script')).toHaveLength(0);
    expect((window as unknown as { hacked?: number }).hacked).toBeUndefined();
  });

  it.each([
    ['text', { kind: 'text', text: evil }],
    ['a table', { kind: 'table', rows: [['a', evil], [evil]] }]
  ])('shows %s as it is written', async (_, more) => {
    const node = await opened(() => ({ ...readme, ...more }));
    await page.shown(() => node.querySelector('.kitops-File')?.textContent?.includes('<script>') === true, 'it');
    expect(node.querySelector('.kitops-File script, .kitops-File img')).toBeNull();
  });

  it('colours a text by its name, and still makes it harmless', async () => {
    page.actions.languages = {
      findByFileName: name => (name === 'README' ? ({} as IEditorLanguage) : null),
      highlight: async (code, _, node) => {
        const [head, ...rest] = code.split(' ');
        node.append(Object.assign(document.createElement('span'), { className: 'keyword', textContent: head }));
        node.append(` ${rest.join(' ')}`);
      }
    };
    page.tab.content.update();
    const node = await opened(() => ({ ...readme, kind: 'text', path: 'a/README', text: `def x\n\u202e${evil}` }));
    await page.shown(() => node.querySelector('.kitops-Source .keyword')?.textContent === 'def', 'the colours');
    expect(node.querySelectorAll('.kitops-Source-line')[1].textContent).toContain('\ufffd<img');
    expect(node.querySelector('.kitops-File script, .kitops-File img')).toBeNull();
  });

  it('says that there is no README', async () => {
    const node = await opened(() => ({ ...readme, path: '', text: '' }));
    expect(node.textContent).toContain('This kit has no README');
    await page.click(page.button('Show its contents'));
    await page.shown(() => page.rows().length > 0, 'the contents');
  });

  it('shows the facts, and why the README cannot be read', async () => {
    page.server.routes['GET readme'] = () => {
      throw refusal(502, 'unreachable', 'no connection');
    };
    page.tab.content.state.readme.clear();
    await page.go('Overview', () => page.tab.content.state.readme.error !== null);
    await page.shown(() => page.tab.node.textContent?.includes('no connection') === true, 'why');
    expect(page.tab.node.textContent).toContain('Frameworksklearn');
  });
});
