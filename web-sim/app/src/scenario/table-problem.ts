/** What is wrong with an imported file, in words: where, what, and what to do. */
import type { TFunction } from 'i18next';
import { RefusedError } from '../engine/client';
import type { TableError } from '../generated/types/TableError';

/** What an import failed with, as people can read it. */
export function importProblem(error: unknown, t: TFunction): string {
  if (!(error instanceof RefusedError)) return t('shell.engineFailed', { message: error instanceof Error ? error.message : String(error) });
  const { refused } = error;
  switch (refused.kind) {
    case 'bad-table':
      return tableProblem(refused.error, t);
    case 'has-errors':
      return t('shell.hasErrors', { errors: refused.count });
    case 'cannot-edit':
      return t(`scenario.edit.${refused.error.kind}`);
    default:
      return 'message' in refused ? refused.message : refused.kind;
  }
}

export function tableProblem({ row, column, problem }: TableError, t: TFunction): string {
  const what = told(problem, t);
  if (row === null) return what;
  return column === null ? t('scenario.table.row', { row, what }) : t('scenario.table.cell', { row, column, what });
}

function told(problem: TableError['problem'], t: TFunction): string {
  switch (problem.kind) {
    case 'no-column':
      return t('scenario.table.no-column', {
        wanted: t(`scenario.table.wanted.${problem.wanted as 'times'}`),
        name: problem.names[0] ?? '',
        found: problem.found.join(', '),
      });
    case 'no-fit':
      return t(`scenario.table.fit.${problem.why.kind}`, { ...problem.why });
    case 'too-many':
      return t('scenario.table.too-many', { what: t(`scenario.table.things.${problem.what as 'rows'}`), most: problem.most });
    default:
      return t(`scenario.table.${problem.kind}`, { ...problem });
  }
}
