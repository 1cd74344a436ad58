// What an editor does for a Kitfile: fetched when the first one is opened, not with JupyterLab itself.

import { autocompletion } from '@codemirror/autocomplete';
import { LanguageSupport } from '@codemirror/language';
import { lintGutter, lintKeymap } from '@codemirror/lint';
import { EditorView, keymap } from '@codemirror/view';

import type { IKitModel } from '../../tokens';
import { complete } from './completion';
import { underlined } from './problems';

/** YAML with the fields of a Kitfile, and with what is wrong with it. */
export function kitfileSupport(yaml: LanguageSupport, model: IKitModel): LanguageSupport {
  return new LanguageSupport(yaml.language, [
    yaml.support,
    autocompletion({ override: [complete], icons: false }),
    underlined(model),
    lintGutter(),
    keymap.of(lintKeymap),
    LOOK
  ]);
}

type Look = { [property: string]: string };

const wavy = (colour: string): Look => ({
  backgroundImage: 'none',
  textDecoration: `underline wavy var(${colour})`,
  textDecorationSkipInk: 'none'
});
const barred = (colour: string): Look => ({ borderLeft: `4px solid var(${colour})` });

/** In the colours of JupyterLab's theme. */
const LOOK = EditorView.theme({
  '.cm-lintRange-error': wavy('--jp-error-color1'),
  '.cm-lintRange-warning': wavy('--jp-warn-color1'),
  '.cm-diagnostic-error': barred('--jp-error-color1'),
  '.cm-diagnostic-warning': barred('--jp-warn-color1'),
  '.cm-diagnosticSource': { color: 'var(--jp-ui-font-color2)', opacity: '1' },
  '.cm-gutter-lint': { width: '1.2em' },
  '.cm-tooltip, .cm-panel.cm-panel-lint': {
    border: 'var(--jp-border-width) solid var(--jp-border-color1)',
    background: 'var(--jp-layout-color1)',
    color: 'var(--jp-ui-font-color1)',
    fontFamily: 'var(--jp-ui-font-family)',
    fontSize: 'var(--jp-ui-font-size1)'
  },
  '.cm-tooltip': { boxShadow: 'var(--jp-elevation-z4)' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--jp-code-font-family)' },
  '.cm-tooltip-autocomplete ul li[aria-selected], .cm-panel.cm-panel-lint ul [aria-selected]': {
    background: 'var(--jp-brand-color1)',
    color: 'var(--jp-ui-inverse-font-color1)'
  },
  '.cm-tooltip.cm-completionInfo': { maxWidth: '30em', padding: '4px 8px' },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: 'bold' }
});
