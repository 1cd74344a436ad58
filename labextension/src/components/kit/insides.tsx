import type { JSX } from 'react';
import { useEffect, useRef, useState } from 'react';

import { inert, size } from '../../format';
import type { DiffFile, DiffFold } from '../../wire';
import type { IActions } from '../shared/actions';
import { Failure } from '../shared/notes';
import { Bar, Button, Table } from '../shared/parts';
import { Source, shown } from '../shared/source';
import type { Comparison, LongQuestion } from './comparison';
import { numbersOf, sideBySide } from './difflines';
import type { ISideRow } from './difflines';

/** Two sides need so many pixels; below, a diff is one column. */
const TWO_SIDES_PX = 640;

/** So many characters of a line are shown. */
const LINE = 2000;

interface IInsideProps {
  file: DiffFile;
  comparison: Comparison;
  actions: IActions;
}

/** What differs inside a file, as far as it was looked into; and the buttons that look further. */
export function Inside({ file, comparison, actions }: IInsideProps): JSX.Element {
  const { trans } = actions;
  const question = comparison.question(file);
  const { change, inside, why, would_move_bytes } = comparison.known(file);
  if (question.isLoading) {
    return <Running question={question} onCancel={() => comparison.cancel(question)} actions={actions} />;
  }
  if (question.error) {
    return <Failure error={question.error} actions={actions} retry={() => void question.reload()} />;
  }
  const isLeft = would_move_bytes > 0;
  return (
    <>
      {inside?.folds.map((fold, index) => (
        <Fold key={index} fold={fold} path={file.path} actions={actions} />
      ))}
      {inside && !inside.folds.length && <p className="kitops-Quiet">{inert(inside.summary, 300)}</p>}
      {!inside && why && <p className="kitops-Quiet">{inert(why, 600)}</p>}
      {!inside && !why && !isLeft && !question.value && (
        <Button onClick={() => comparison.look(file, false)}>
          {trans.__('Compare what is in it (%1)', size(file.a_size + file.b_size))}
        </Button>
      )}
      {isLeft && (
        <p className="kitops-Diff-more">
          {change === 'unknown'
            ? trans.__('Both have the same size and were not compared.')
            : trans.__('Not all of it was compared.')}{' '}
          <Button onClick={() => comparison.look(file, true)}>
            {trans.__('Download %1 and compare', size(would_move_bytes))}
          </Button>
        </p>
      )}
    </>
  );
}

interface IRunningProps {
  question: LongQuestion<unknown>;
  onCancel: () => void;
  actions: IActions;
}

/** A comparison that goes on: what it has read, and its end. How much it will read is not known. */
export function Running({ question, onCancel, actions: { trans } }: IRunningProps): JSX.Element {
  const label = question.readBytes
    ? trans.__('Comparing: %1 read', size(question.readBytes))
    : trans.__('Comparing: downloads only what is needed…');
  return (
    <div className="kitops-Diff-running">
      <span role="status">{label}</span>
      <Bar value={null} label={trans.__('Comparing')} />
      <Button onClick={onCancel}>{trans.__('Cancel')}</Button>
    </div>
  );
}

function Fold({ fold, path, actions }: { fold: DiffFold; path: string; actions: IActions }): JSX.Element {
  const label = fold.title || path;
  return (
    <section className="kitops-Fold" aria-label={inert(label, 200)}>
      {fold.title && <h4 className="kitops-Fold-title">{inert(fold.title, 300)}</h4>}
      {fold.lines.length > 0 && <DiffLines lines={fold.lines} label={inert(label, 200)} actions={actions} />}
      {fold.columns.length > 0 && (
        <div className="kitops-Fold-table" role="region" tabIndex={0} aria-label={inert(label, 200)}>
          <Table heads={fold.columns.map(each => inert(each, 80))}>
            {fold.rows.map((row, index) => (
              <tr key={index}>
                {row.map((cell, at) => (
                  <td key={at}>
                    <bdi>{inert(cell, 400)}</bdi>
                  </td>
                ))}
              </tr>
            ))}
          </Table>
        </div>
      )}
      {fold.notes.map((note, index) => (
        <p key={index} className="kitops-Quiet">
          {inert(note, 400)}
        </p>
      ))}
    </section>
  );
}

interface ILinesProps {
  lines: readonly string[];
  label: string;
  actions: IActions;
}

/** A unified diff: side by side where there is room for it, else in one column. */
export function DiffLines({ lines, label, actions: { trans } }: ILinesProps): JSX.Element {
  const own = useRef<HTMLDivElement>(null);
  const [isWide, setWide] = useState(true);
  useEffect(() => {
    const node = own.current!;
    const sizes = new ResizeObserver(() => setWide(node.clientWidth >= TWO_SIDES_PX));
    sizes.observe(node);
    return () => sizes.disconnect();
  }, []);
  return (
    <div ref={own}>
      {isWide ? (
        <table className="kitops-Sides" aria-label={label}>
          <colgroup>
            <col className="kitops-Sides-number" />
            <col />
            <col className="kitops-Sides-number" />
            <col />
          </colgroup>
          <thead>
            <tr>
              <th colSpan={2} scope="colgroup">
                {trans.__('Before')}
              </th>
              <th colSpan={2} scope="colgroup">
                {trans.__('After')}
              </th>
            </tr>
          </thead>
          <tbody>
            {sideBySide(lines).map((row, index) => (
              <SideRow key={index} row={row} />
            ))}
          </tbody>
        </table>
      ) : (
        <Source text={lines.join('\n')} label={label} classOf={classOfLine} numbers={numbersOf(lines)} />
      )}
    </div>
  );
}

const SIGNS = { added: '+', removed: '−', same: ' ', note: ' ' };

function SideRow({ row }: { row: ISideRow }): JSX.Element {
  if (row.where) {
    return (
      <tr className="kitops-Sides-where">
        <td colSpan={4}>{inert(row.where, 200)}</td>
      </tr>
    );
  }
  return (
    <tr>
      {[row.before, row.after].map((line, side) => [
        <td key={`${side}n`} className="kitops-Sides-number">
          {line?.number}
        </td>,
        <td key={side} className={`kitops-Sides-text kitops-mod-${line?.change ?? 'none'}`}>
          {line && (
            <>
              {SIGNS[line.change]} {shown(line.parts[0], LINE)}
              {line.parts[1] && line.parts[0].trim() + line.parts[2].trim() ? (
                <mark>{shown(line.parts[1], LINE)}</mark>
              ) : (
                shown(line.parts[1], LINE)
              )}
              {shown(line.parts[2], LINE)}
            </>
          )}
        </td>
      ])}
    </tr>
  );
}

function classOfLine(line: string): string {
  if (line.startsWith('@@')) {
    return 'kitops-mod-where';
  }
  return line.startsWith('+') ? 'kitops-mod-added' : line.startsWith('-') ? 'kitops-mod-removed' : '';
}
