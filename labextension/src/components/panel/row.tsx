import type { TranslationBundle } from '@jupyterlab/translation';
import { caretDownIcon, caretRightIcon, checkIcon, refreshIcon } from '@jupyterlab/ui-components';
import type { CSSProperties, HTMLAttributes, JSX } from 'react';

import { age, inert, moment, shortDigest, shortName, size } from '../../format';
import { kitIcon, pullIcon } from '../../icons';
import type { LineData } from '../../lines';
import { isSaid, kitLine } from '../../lines';
import type { IKitModel } from '../../model';
import { CommandIDs } from '../../tokens';
import { CopyLine, IconButton } from '../shared/parts';
import { NoteBody } from './note';
import type { IRow } from './rows';
import type { Run } from './types';

interface IShownRow {
  row: IRow;
  model: IKitModel;
  trans: TranslationBundle;
}

interface IRowProps extends IShownRow {
  run: Run;
}

/** What a row's element says of it. Its `data-` attributes tell the context menu what it was opened on. */
export function partOf(
  shown: IShownRow
): HTMLAttributes<HTMLElement> & { [data: `data-${string}`]: string | undefined } {
  const { row } = shown;
  return {
    className: 'kitops-Row',
    title: titleOf(shown) || undefined,
    'data-kind': row.kind,
    'data-note': row.note ?? undefined,
    'data-registry': row.registry || undefined,
    'data-reference': row.reference || undefined,
    'data-repository': row.kind === 'repository' ? row.repository : undefined,
    'data-line': isSaid(lineOf(row)) ? JSON.stringify(lineOf(row)) : undefined
  };
}

/** What stands in a row of the tree. */
export function RowView(props: IRowProps): JSX.Element {
  const { row, trans } = props;
  return (
    <>
      <span
        className="kitops-Row-indent"
        style={{ width: `${(row.level - 1) * 12 + (row.kind === 'tag' ? 20 : 0)}px` }}
      />
      {row.kind === 'note' ? (
        <NoteBody {...props} />
      ) : row.kind === 'heading' ? (
        <span className="kitops-Row-heading">{trans.__('Registries')}</span>
      ) : (
        <>
          {row.kind === 'tag' ? null : <Caret isOpen={row.isOpen} />}
          {row.kind === 'repository' ? <kitIcon.react tag="span" className="kitops-Row-mark" /> : null}
          <span className={row.kind === 'repository' ? 'kitops-Row-words' : 'kitops-Row-plain'}>
            <bdi className="kitops-Row-label">
              {row.kind === 'store' ? trans.__('Local store') : inert(shortName(row.label))}
            </bdi>
            <Detail {...props} />
          </span>
        </>
      )}
    </>
  );
}

/** What a name of a registry, a repository or a kit is made of. */
const NAME = /^\w[\w.:/@-]*$/;

/** The line that does what the row is for; none for a name that no kit has. */
function lineOf(row: IRow): LineData {
  if (row.kind !== 'store' && !NAME.test(row.reference || row.repository || row.registry)) {
    return kitLine();
  }
  switch (row.kind) {
    case 'store':
      return kitLine('list');
    case 'registry':
      return kitLine('login', row.registry);
    case 'repository':
      return kitLine('list', row.repository);
    case 'tag':
      return row.local ? kitLine('unpack', row.reference) : kitLine('pull', row.reference);
    default:
      return kitLine();
  }
}

function Caret({ isOpen }: { isOpen: boolean | null }): JSX.Element {
  const icon = isOpen ? caretDownIcon : caretRightIcon;
  return <span className="kitops-Row-caret">{isOpen === null ? null : <icon.react tag="span" />}</span>;
}

function titleOf({ row, model, trans }: IShownRow): string {
  if (row.kind === 'registry') {
    return row.row?.url ?? '';
  }
  if (row.kind !== 'tag') {
    return row.repository ? inert(row.repository) : '';
  }
  const said = row.local ?? model.summaries.get(row.reference);
  const lines = [inert(shortName(row.reference))];
  if (said?.kit_name) {
    lines.push(inert(said.kit_name));
  }
  if (said?.digest) {
    lines.push(shortDigest(said.digest), moment(said.created));
  }
  const problem = row.local?.problem || model.summaries.get(row.reference)?.error?.message;
  if (problem) {
    lines.push(inert(problem, 600));
  }
  lines.push(trans.__('Press Enter to open it'));
  return lines.filter(Boolean).join('\n');
}

/** What stands at the right end. */
function Detail(props: IRowProps): JSX.Element | null {
  switch (props.row.kind) {
    case 'store':
      return <StoreDetail {...props} />;
    case 'registry':
      return <RegistryDetail {...props} />;
    case 'repository':
      return <span className="kitops-Row-detail">{props.row.isOpen ? '' : inert(props.row.tags.join(', '), 60)}</span>;
    default:
      return <TagDetail {...props} />;
  }
}

function StoreDetail({ model, trans }: IRowProps): JSX.Element {
  const kits = new Set(model.local?.repositories.flatMap(each => each.tags.map(tag => `${each.name}@${tag.digest}`)))
    .size;
  return (
    <span className="kitops-Row-detail">
      {model.local && kits > 0 ? trans._n('%1 kit', '%1 kits', kits) + ' · ' + size(model.local.size_bytes) : ''}
    </span>
  );
}

/** A registry that requires a login says so where its repositories would be; its menu signs in, too. */
function RegistryDetail({ row, model, trans }: IRowProps): JSX.Element {
  const who = row.row?.signed_in_as ?? '';
  return (
    <>
      {who && (
        <span className="kitops-Row-detail kitops-Row-signed" title={trans.__('Signed in as %1', inert(who, 60))}>
          {trans.__('signed in')}
        </span>
      )}
      <span className="kitops-Row-actions">
        <IconButton
          icon={refreshIcon}
          label={trans.__('Reload this registry')}
          tabIndex={-1}
          onClick={() => model.refreshRegistry(row.registry)}
        />
      </span>
    </>
  );
}

function TagDetail({ row, model, trans, run }: IRowProps): JSX.Element {
  const summary = row.local ? undefined : model.summaries.get(row.reference);
  const said = row.local ?? summary;
  const line = lineOf(row);
  return (
    <>
      {summary?.error || row.local?.problem ? (
        <span className="kitops-Row-detail kitops-mod-warning">{trans.__('unreadable')}</span>
      ) : (
        <span className="kitops-Row-detail">
          {summary ? <Here {...{ summary, trans }} /> : null}
          <span className="kitops-Row-size">{said ? size(said.size_bytes) : ''}</span>
          <span className="kitops-Row-age">{said ? age(said.created) : ''}</span>
        </span>
      )}
      <span className="kitops-Row-actions">
        {!row.local && !summary?.is_local ? (
          <IconButton
            icon={pullIcon}
            label={trans.__('Pull into the local store')}
            tabIndex={-1}
            onClick={() => run(CommandIDs.pull, { reference: row.reference })}
          />
        ) : null}
        <CopyLine line={line} trans={trans} tabIndex={-1} copy={line => run(CommandIDs.copyLine, { line })} />
      </span>
    </>
  );
}

interface IHereProps {
  summary: { is_local: boolean; layers_here: number; layers: number };
  trans: TranslationBundle;
}

/** How much of a registry's kit is in the local store already. */
function Here({ summary, trans }: IHereProps): JSX.Element | null {
  const isWhole = summary.layers > 0 && summary.layers_here === summary.layers;
  if (summary.is_local || isWhole) {
    const title = summary.is_local ? trans.__('In the local store') : trans.__('All its layers are in the local store');
    return (
      <span className="kitops-Row-here" role="img" aria-label={title} title={title}>
        <checkIcon.react tag="span" className="kitops-Icon" />
      </span>
    );
  }
  const partly = trans.__('%1 of %2 layers are in the local store already', summary.layers_here, summary.layers);
  return summary.layers_here > 0 ? (
    <span
      className="kitops-Row-here kitops-Row-part"
      role="img"
      aria-label={partly}
      title={partly}
      style={{ '--kitops-part': `${Math.round((summary.layers_here / summary.layers) * 100)}%` } as CSSProperties}
    />
  ) : null;
}
