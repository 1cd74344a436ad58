import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Panel } from '@lumino/widgets';
import type { JSX, ReactNode } from 'react';
import { useCallback } from 'react';

import { inert, size } from '../../format';
import type { FilePreview } from '../../wire';
import type { IActions } from '../shared/actions';
import { Table } from '../shared/parts';
import { Source } from '../shared/source';
import { Code } from './code';
import { Hosted } from './hosted';
import { harmless, Reader } from './reader';

interface IFileViewProps {
  file: FilePreview;
  actions: IActions;
  rendermime: IRenderMimeRegistry | null;
  /** What there is to do with a file that cannot be shown, or not whole. */
  instead?: ReactNode;
}

/** A file of a stranger's: text, Markdown, a table or a picture; of any other, why it is not shown. */
export function FileView({ file, actions, rendermime, instead }: IFileViewProps): JSX.Element {
  const { trans } = actions;
  return (
    <div className="kitops-File">
      {file.kind === 'binary' && <p className="kitops-Empty">{trans.__('This file is not text: nothing to show.')}</p>}
      {file.kind === 'large' && (
        <p className="kitops-Empty">{trans.__('This file is too large to show: %1.', size(file.size_bytes))}</p>
      )}
      {!file.is_whole && file.kind !== 'large' && file.kind !== 'binary' && (
        <p className="kitops-Notice">{beginningOf(file, trans)}</p>
      )}
      {!file.is_whole || file.kind === 'binary' ? instead : null}
      <Shown {...{ file, actions, rendermime }} />
    </div>
  );
}

/** How much of a file is shown, in what it is made of. */
function beginningOf({ kind, rows, size_bytes }: FilePreview, trans: TranslationBundle): string {
  const count = Math.max(0, rows.length - 1); // the first one names the columns
  return kind === 'table'
    ? trans._n(
        'Only its first row is shown: it has %2.',
        'Only its first %1 rows are shown: it has %2.',
        count,
        size(size_bytes)
      )
    : trans.__('Only its beginning is shown: it has %1.', size(size_bytes));
}

function Shown({ file, actions, rendermime }: Omit<IFileViewProps, 'instead'>): JSX.Element {
  const label = inert(file.path, 200);
  switch (file.kind) {
    case 'markdown':
      return rendermime ? (
        <Markdown text={file.text} rendermime={rendermime} label={label} />
      ) : (
        <Source text={file.text} label={label} />
      );
    case 'text':
      return <Code text={file.text} label={label} path={file.path} actions={actions} />;
    case 'table':
      return <Rows rows={file.rows} label={label} />;
    case 'image':
      return <img className="kitops-File-picture" alt={label} src={`data:${file.media_type};base64,${file.data}`} />;
    default:
      return <></>;
  }
}

interface IMarkdownProps {
  text: string;
  rendermime: IRenderMimeRegistry;
  label: string;
}

/** Markdown as JupyterLab draws it, without pictures from elsewhere. */
function Markdown({ text, rendermime, label }: IMarkdownProps): JSX.Element {
  const make = useCallback(() => {
    const panel = new Panel();
    panel.addClass('kitops-Cells');
    harmless(panel.node);
    panel.addWidget(new Reader(rendermime).draw('text/markdown', text));
    return panel;
  }, [text, rendermime]);
  return <Hosted make={make} className="kitops-File-markdown" label={label} />;
}

/** The first rows of a table; its first row names the columns. */
function Rows({ rows, label }: { rows: readonly string[][]; label: string }): JSX.Element {
  const [head = [], ...body] = rows;
  const width = Math.max(0, ...rows.map(row => row.length));
  const columns = Array.from({ length: width }, (_, at) => at);
  return (
    <div className="kitops-File-table" role="region" tabIndex={0} aria-label={label}>
      <Table heads={columns.map(at => inert(head[at] ?? ''))} label={label}>
        {body.map((row, index) => (
          <tr key={index}>
            {columns.map(at => (
              <td key={at}>{inert(row[at] ?? '')}</td>
            ))}
          </tr>
        ))}
      </Table>
    </div>
  );
}
