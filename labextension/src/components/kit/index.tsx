import '../../../style/kit/index.css';

import { MainAreaWidget } from '@jupyterlab/apputils';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { JSX } from 'react';

import { inert } from '../../format';
import { kitIcon } from '../../icons';
import type { IActions } from '../shared/actions';
import { Kit } from './kit';
import { KitState } from './state';

interface IKitTabOptions {
  reference: string;
  isRemote?: boolean;
  /** The folder that files go below. */
  folder?: () => string;
  actions: IActions;
  rendermime: IRenderMimeRegistry | null;
  openMenu: ((button: HTMLElement, reference: string) => void) | null;
}

/** The body of a kit's tab. */
class KitBody extends ReactWidget {
  constructor(private readonly _options: IKitTabOptions) {
    super();
    const { actions, folder, reference, isRemote } = _options;
    this.state = new KitState(actions.model, reference, isRemote, folder);
    this.addClass('kitops-Kit');
  }

  readonly state: KitState;

  override dispose(): void {
    this.state.dispose();
    super.dispose();
  }

  protected override render(): JSX.Element {
    const { openMenu, reference, rendermime } = this._options;
    const actions = { ...this._options.actions, about: [reference] };
    const open = openMenu ? (button: HTMLElement) => openMenu(button, reference) : null;
    return <Kit state={this.state} actions={actions} rendermime={rendermime} openMenu={open} />;
  }
}

/** A kit in the main area. */
export class KitTab extends MainAreaWidget<KitBody> {
  constructor(options: IKitTabOptions) {
    super({ content: new KitBody(options) });
    const { reference, isRemote } = options;
    this.reference = reference;
    this.content.node.setAttribute('aria-label', inert(reference));
    this.isRemote = isRemote === true;
    this.id = idOf(reference, this.isRemote);
    this.title.label = inert(reference.slice(reference.lastIndexOf('/') + 1), 40);
    this.title.caption = inert(reference);
    this.title.icon = kitIcon;
    this.title.closable = true;
    this.toolbar.hide();
  }

  readonly reference: string;
  readonly isRemote: boolean;
}

const idOf = (reference: string, isRemote: boolean): string => `kitops-kit-${isRemote ? 'remote-' : ''}${reference}`;
