import { CompletionContext } from '@codemirror/autocomplete';
import { EditorState, Text } from '@codemirror/state';

import { complete } from '../completion';
import { spanOf } from '../problems';

/** What is offered at the `|`, when somebody asks for it. */
function offered(text: string, isExplicit = true): string[] {
  const pos = text.indexOf('|');
  const state = EditorState.create({ doc: text.replace('|', '') });
  return complete(new CompletionContext(state, pos, isExplicit))?.options.map(({ label }) => label) ?? [];
}

const marked = (text: string, line: number, column: number): string => {
  const doc = Text.of(text.split('\n'));
  const { from, to } = spanOf(doc, { line, column });
  return doc.sliceString(from, to);
};

describe('the fields that are offered', () => {
  it('are those of the section where somebody writes', () => {
    expect(offered('|')).toContain('manifestVersion');
    expect(offered('package:\n  na|')).toEqual(['name', 'version', 'description', 'license', 'authors']);
    expect(offered('model:\n  name: x\n  parts:\n    - |')).toEqual(['name', 'path', 'license', 'type']);
    expect(offered('model:\n  parts:\n  - name: x\n    |')).toEqual(['path', 'license', 'type']);
    expect(offered('code:\n- path: a\n- |\n')).toContain('description');
  });

  it('leave out what the section has, above and below, and not what another entry has', () => {
    expect(offered('code:\n  - path: a\n    |\n    license: MIT\n  - description: b')).toEqual(['description']);
    expect(offered('model:\n  path: a\n|\ndocs:\n  - path: x')).not.toContain('docs');
  });

  it('are none in free YAML, in a text, and below what is unknown', () => {
    expect(offered('model:\n  parameters:\n    |')).toEqual([]);
    expect(offered('package:\n  description: >\n    a te|')).toEqual([]);
    expect(offered('modle:\n  |')).toEqual([]);
    expect(offered('package:\n  name: a|')).toEqual([]);
  });

  it('come unasked only behind a letter', () => {
    expect(offered('|', false)).toEqual([]);
    expect(offered('m|', false)).toContain('model');
  });

  it('say what they are for', () => {
    const state = EditorState.create({ doc: 'pack' });
    const options = complete(new CompletionContext(state, 4, false))?.options ?? [];
    expect(options.every(({ info }) => typeof info === 'string' && info.length > 5)).toBe(true);
  });
});

describe('the place of a problem', () => {
  it('is the key that stands there, or what follows', () => {
    expect(marked('model:\n  nam: forest', 2, 3)).toBe('nam');
    expect(marked('model:\n  path: /etc/x  # why', 2, 9)).toBe('/etc/x');
    expect(marked('model:\n  - 1', 2, 3)).toBe('- 1');
  });

  it('counts characters, and stays in the text', () => {
    expect(marked('a: "\u{1f600}\u{1f600}" : b', 1, 9)).toBe(': b');
    expect(marked('a: b', 7, 1)).toBe('a');
    expect(marked('a: b', 1, 99)).toBe('a: b');
    expect(marked('', 0, 0)).toBe('');
  });
});
