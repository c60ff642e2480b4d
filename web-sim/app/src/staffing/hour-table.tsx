/** The heat map as a table: one stop for the Tab key, arrows from cell to cell. */
import { useRef, useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { StaffingCell } from '../generated/types/StaffingCell';
import styles from './staffing-panel.module.css';
import { gap, sign, verdict, type Grid } from './hours';

const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
};

interface HourTableProps {
  grid: Grid;
  clock: (at: number) => string;
  chosen: StaffingCell | undefined;
  onChoose: (cell: StaffingCell) => void;
}

export function HourTable({ grid, clock, chosen, onChoose }: HourTableProps) {
  const { t } = useTranslation();
  const table = useRef<HTMLTableElement>(null);
  /** Row and column that the Tab key comes to. */
  const [[row, column], setPlace] = useState<readonly [number, number]>([0, 0]);

  const move = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const within = (at: number, length: number) => Math.min(Math.max(at, 0), length - 1);
    const next = [within(row + step[0], grid.groups.length), within(column + step[1], grid.hours.length)] as const;
    setPlace(next);
    table.current?.querySelector<HTMLElement>(`[data-place="${next.join(' ')}"]`)?.focus();
  };

  return (
    <div className={styles.wide}>
      <table ref={table} className={styles.hours} data-testid="staffing-table" onKeyDown={move}>
        <caption>{t('staffing.tableCaption')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('simulate.group')}</th>
            {grid.hours.map(({ hour, at }) => (
              <th key={hour} scope="col">
                {clock(at)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {grid.groups.map(({ slug, name }, atRow) => (
            <tr key={slug}>
              <th scope="row">{name}</th>
              {grid.hours.map(({ hour, at }, atColumn) => {
                const cell = grid.cell(slug, hour);
                if (!cell) return <td key={hour} />;
                const found = gap(cell);
                return (
                  <td key={hour}>
                    <button
                      type="button"
                      tabIndex={row === atRow && column === atColumn ? 0 : -1}
                      data-place={`${atRow} ${atColumn}`}
                      data-group={slug}
                      data-hour={hour}
                      data-scheduled={cell.scheduled}
                      data-likely={cell.need?.likely ?? ''}
                      data-sure={cell.need?.sure ?? ''}
                      data-erlang-c={cell.need?.erlang_c ?? ''}
                      data-tone={cell.staffed?.kind === 'never-enough' || (found ?? 0) < 0 ? 'missing' : (found ?? 0) > 0 ? 'spare' : 'even'}
                      aria-pressed={chosen?.group === slug && chosen.hour === hour}
                      aria-label={`${name}, ${clock(at)}: ${verdict(cell, t)}`}
                      onFocus={() => setPlace([atRow, atColumn])}
                      onClick={() => onChoose(cell)}
                    >
                      {sign(cell)}
                    </button>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
