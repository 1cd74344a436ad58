import '../../../style/compare/index.css';

import { MainAreaWidget } from '@jupyterlab/apputils';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { JSX } from 'react';

import { inert, lastName } from '../../format';
import { kitIcon } from '../../icons';
import type { IActions } from '../shared/actions';
import { Compare } from './compare';
import { CompareState } from './state';

class CompareBody extends ReactWidget {
  constructor(
    repository: string,
    private readonly _actions: IActions
  ) {
    super();
    this.state = new CompareState(_actions.model, repository);
    this.addClass('kitops-CompareBody');
  }

  readonly state: CompareState;

  override dispose(): void {
    this.state.dispose();
    super.dispose();
  }

  protected override render(): JSX.Element {
    return <Compare state={this.state} actions={this._actions} />;
  }
}

/** The tags of a repository in the main area. */
export class CompareTab extends MainAreaWidget<CompareBody> {
  constructor(
    readonly repository: string,
    actions: IActions
  ) {
    super({ content: new CompareBody(repository, actions) });
    const { trans } = actions;
    this.id = `kitops-compare-${repository}`;
    this.content.node.setAttribute('aria-label', trans.__('Tags of %1', inert(repository)));
    this.title.label = trans.__('%1: tags', inert(lastName(repository), 40));
    this.title.caption = inert(repository);
    this.title.icon = kitIcon;
    this.title.closable = true;
    this.toolbar.hide();
  }
}
