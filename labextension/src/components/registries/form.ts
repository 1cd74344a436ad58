import type { Dialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

export interface IField {
  name: string;
  label: string;
  kind: 'text' | 'password' | 'checkbox';
  value?: string;
  isChecked?: boolean;
  placeholder?: string;
  hint?: string;
}

export type Answers = { [name: string]: string };

/** The fields of a dialog. What was typed lives in the page's fields alone, and goes with them. */
export class Form extends Widget implements Dialog.IBodyWidget<Answers> {
  constructor(fields: readonly IField[], problem: readonly string[], trans: TranslationBundle) {
    super();
    this.addClass('kitops-Form');
    if (problem.length) {
      const told = element('div', 'kitops-Form-problem', ...problem.map(text => element('p', '', text)));
      told.setAttribute('role', 'alert');
      this.node.append(told);
    }
    this.node.append(...fields.map(nodeOf));
    if (fields.some(field => field.kind === 'password')) {
      const told = trans.__(
        'It goes to your Jupyter server once, and into the credential store that the kit program reads, too.'
      );
      this.node.append(element('p', 'kitops-Quiet', told));
    }
  }

  /** A checkbox that is ticked answers "yes", another nothing. */
  getValue(): Answers {
    const inputs = [...this.node.querySelectorAll('input')];
    return Object.fromEntries(
      inputs.map(each => [each.name, each.type === 'checkbox' ? (each.checked ? 'yes' : '') : each.value])
    );
  }
}

function nodeOf({ name, label, kind, value, isChecked, placeholder, hint }: IField): HTMLElement {
  const input = document.createElement('input');
  input.name = name;
  input.type = kind;
  if (kind === 'checkbox') {
    input.checked = isChecked ?? false;
    return element('label', 'kitops-Form-check', input, label);
  }
  input.className = 'jp-mod-styled';
  input.value = value ?? '';
  input.placeholder = placeholder ?? '';
  input.autocomplete = kind === 'password' ? 'new-password' : 'off';
  input.autocapitalize = 'off';
  input.spellcheck = false;
  return element('label', 'kitops-Form-field', label, input, ...(hint ? [element('small', '', hint)] : []));
}

function element(tag: string, className: string, ...children: readonly (Node | string)[]): HTMLElement {
  const node = document.createElement(tag);
  node.className = className;
  node.append(...children);
  return node;
}
