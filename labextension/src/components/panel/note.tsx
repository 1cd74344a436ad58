import { showErrorMessage } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { JSX } from 'react';

import { inert } from '../../format';
import type { IKitModel, TagSearch } from '../../model';
import { CommandIDs } from '../../tokens';
import { TextButton } from '../shared/parts';
import { wayOf } from '../shared/ways';
import { ORDERED } from './order';
import type { IRow } from './rows';
import type { Run } from './types';

interface INoteProps {
  row: IRow;
  model: IKitModel;
  trans: TranslationBundle;
  run: Run;
}

/** What stands where names were expected: that they are on their way, or why there are none and what to do. */
export function NoteBody(props: INoteProps): JSX.Element {
  const { row, trans } = props;
  switch (row.note) {
    case 'error':
      return <Failure {...props} />;
    case 'sign-in':
      return <Offer {...props} text={trans.__('This registry requires you to sign in.')} label={trans.__('Sign in')} />;
    case 'no-catalog':
      return (
        <Offer
          {...props}
          text={trans.__('This registry does not list its repositories.')}
          label={trans.__('Open a repository')}
        />
      );
    case 'no-registry':
      return <Offer {...props} text={trans.__('No registries added yet.')} label={trans.__('Add a registry')} />;
    case 'searching':
    case 'searched':
    case 'search-more':
      return <Looked {...props} />;
    case 'searched-all':
      return (
        <span className="kitops-Note kitops-Looked" role="status">
          <span className="kitops-Looked-text">{allOf(row.searched, trans)}</span>
        </span>
      );
    case 'empty':
      return (
        <span className="kitops-Note">
          {row.parent === 'store' ? trans.__('No kits yet: pack or pull one') : trans.__('Empty')}
        </span>
      );
    case 'by-name':
      return <span className="kitops-Note">{trans.__('By name: more than %1 tags', ORDERED)}</span>;
    case 'nothing-found':
      return <span className="kitops-Note">{trans.__('No matches')}</span>;
    default:
      return <span className="kitops-Note kitops-mod-loading">{trans.__('Loading…')}</span>;
  }
}

/** What a note's button does, for Enter, too. */
export function actOn({ row, model, run }: INoteProps): void {
  const { registry, repository } = row;
  switch (row.note) {
    case 'error':
      void (repository
        ? model.tags(repository).retry()
        : registry
          ? model.repositories(registry).retry()
          : model.refresh());
      break;
    case 'sign-in':
      run(CommandIDs.signIn, { registry });
      break;
    case 'no-catalog':
      run(CommandIDs.openRepository, { registry });
      break;
    case 'no-registry':
      run(CommandIDs.addRegistry);
      break;
    case 'searching':
      row.search?.stop();
      break;
    case 'search-more':
      void row.search?.further();
      break;
    default:
      break;
  }
}

function Offer({ text, label, ...props }: INoteProps & { text: string; label: string }): JSX.Element {
  return (
    <span className="kitops-Note">
      <span className="kitops-Note-text">{text}</span>
      <span className="kitops-Note-buttons">
        <TextButton tabIndex={-1} onClick={() => actOn(props)}>
          {label}
        </TextButton>
        {props.row.note === 'sign-in' ? <OtherWay {...props} /> : null}
      </span>
    </span>
  );
}

/** How far the tags of a registry were looked through, and the way on. */
function Looked(props: INoteProps): JSX.Element | null {
  const { row, trans } = props;
  const { search } = row;
  if (!search) {
    return null;
  }
  const label =
    row.note === 'searching' ? trans.__('Stop') : row.note === 'search-more' ? trans.__('Look further') : '';
  const { error, unread } = search;
  const said = [error?.message ?? '', unread ? trans._n('%1 could not be read', '%1 could not be read', unread) : ''];
  const more = said.filter(Boolean).map(text => inert(text, 200));
  return (
    <span className="kitops-Note kitops-Looked" role="status" title={more.join('\n') || undefined}>
      <span className="kitops-Looked-text">{[lookedAt(search, trans), ...more].join(' · ')}</span>
      {label && (
        <TextButton tabIndex={-1} onClick={() => actOn(props)}>
          {label}
        </TextButton>
      )}
    </span>
  );
}

function allOf(searched: readonly TagSearch[], trans: TranslationBundle): string {
  const all = searched.reduce((sum, { repositories }) => sum + repositories, 0).toLocaleString();
  return trans._n(
    'Looked at all %2 repositories',
    'Looked at all %2 repositories of %1 registries',
    searched.length,
    all
  );
}

function lookedAt(search: TagSearch, trans: TranslationBundle): string {
  const [looked, all] = [search.lookedAt, search.repositories].map(count => count.toLocaleString());
  if (!search.repositories) {
    return search.error
      ? trans.__('Not searched')
      : search.isLooking
        ? trans.__('Searching…')
        : trans.__('No tags to search');
  }
  if (search.isLooking) {
    return trans.__('Searching: %1 of %2 repositories', looked, all);
  }
  return trans.__('Looked at %1 of %2 repositories', looked, all);
}

function Failure(props: INoteProps): JSX.Element {
  const { row, model, run, trans } = props;
  const { error, registry } = row;
  const way = registry ? wayOf(error?.code ?? '', { registry, registries: model.registries }, trans) : null;
  const message = inert(error?.message ?? '');
  const hint = inert(way?.hint ?? error?.hint ?? '');
  const whole = [error?.message ?? '', error?.hint ?? '', ...(error?.details ?? [])]
    .filter(Boolean)
    .map(text => inert(text, 4000));
  return (
    <span className="kitops-Note kitops-mod-failed" role="alert">
      <span className="kitops-Note-text" title={`${message}\n${hint}`.trim()}>
        {message}
        {hint ? <small>{hint}</small> : null}
      </span>
      <span className="kitops-Note-buttons">
        <TextButton tabIndex={-1} onClick={() => actOn(props)}>
          {trans.__('Try again')}
        </TextButton>
        <TextButton tabIndex={-1} onClick={() => void showErrorMessage(trans.__('ModelKits'), whole.join('\n\n'))}>
          {trans.__('Details')}
        </TextButton>
        {way ? (
          <TextButton tabIndex={-1} onClick={() => run(way.command, way.args)}>
            {way.label}
          </TextButton>
        ) : null}
        {way ? null : <OtherWay {...props} />}
      </span>
    </span>
  );
}

/** A registry that lists nothing may still show a repository that somebody can name. */
function OtherWay({ row, trans, run }: INoteProps): JSX.Element | null {
  if (row.repository || !row.registry) {
    return null;
  }
  return (
    <TextButton tabIndex={-1} onClick={() => run(CommandIDs.openRepository, { registry: row.registry })}>
      {trans.__('Open a repository')}
    </TextButton>
  );
}
