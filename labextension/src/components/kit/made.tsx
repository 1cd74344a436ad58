import type { TranslationBundle } from '@jupyterlab/translation';
import type { JSX } from 'react';

import { inert } from '../../format';
import type { CellsRan, CodeState, HistoryRow } from '../../wire';

interface IMadeProps {
  row: HistoryRow;
  trans: TranslationBundle;
}

/** Which code and which run of the notebook a kit was packed from, as far as it says. */
export function Made({ row, trans }: IMadeProps): JSX.Element {
  const { code, ran } = row;
  return (
    <>
      {code && (
        <div
          title={[code.commit, code.branch, code.remote]
            .map(text => inert(text, 300))
            .filter(Boolean)
            .join('\n')}
        >
          <code>{inert(code.commit.slice(0, 12))}</code> <bdi>{inert(code.branch, 40)}</bdi>
          {code.is_dirty !== false && <span className="kitops-mod-warning"> {changes(code, trans)}</span>}
        </div>
      )}
      {ran && <div>{cells(ran, trans)}</div>}
    </>
  );
}

function changes(code: CodeState, trans: TranslationBundle): string {
  return code.is_dirty === null
    ? trans.__('changes unknown')
    : trans._n('%1 file changed', '%1 files changed', code.changed_files);
}

function cells(ran: CellsRan, trans: TranslationBundle): string {
  const { cells: all, as_saved: asSaved } = ran;
  const parts = [
    asSaved === all
      ? trans._n('%1 cell ran as saved', 'all %1 cells ran as saved', all)
      : trans.__('%1 of %2 cells ran as saved', asSaved, all),
    ran.edited > 0 && trans.__('%1 edited since', ran.edited),
    ran.failed > 0 && trans.__('%1 failed', ran.failed),
    ran.never_ran > 0 && trans.__('%1 never ran', ran.never_ran),
    ran.out_of_order > 0 && trans.__('%1 out of order', ran.out_of_order),
    ran.gone > 0 && trans.__('%1 that ran deleted since', ran.gone)
  ];
  return parts.filter(Boolean).join(', ');
}
