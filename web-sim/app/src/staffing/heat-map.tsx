import { HeatmapChart } from 'echarts/charts';
import { VisualMapComponent } from 'echarts/components';
import { use } from 'echarts/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { StaffingCell } from '../generated/types/StaffingCell';
import { Chart } from '../simulate/chart';
import { axisLabel, tooltip } from '../simulate/chart-style';
import { usePalette } from '../theme/app-theme';
import { fontText } from '../theme/palette';
import { details, gap, sign, verdict, type Grid } from './hours';

use([HeatmapChart, VisualMapComponent]);

const ROW_PX = 26;
const BELOW_PX = 34;

interface HeatMapProps {
  grid: Grid;
  clock: (at: number) => string;
  onChoose: (cell: StaffingCell) => void;
}

/** Group by hour: what is missing, and what is more than enough. */
export function HeatMap({ grid, clock, onChoose }: HeatMapProps) {
  const { t, i18n } = useTranslation();
  const palette = usePalette();
  const option = useMemo(() => {
    const cells = grid.groups.flatMap(({ slug }, row) =>
      grid.hours.flatMap(({ hour }, column) => {
        const cell = grid.cell(slug, hour);
        return cell && cell.conversations > 0 ? [{ cell, place: [column, row] as const }] : [];
      }),
    );
    const most = Math.max(...cells.map(({ cell }) => Math.abs(gap(cell) ?? 0)), 1);
    const escaped = (text: string) => text.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
    return {
      animation: false,
      grid: { left: 108, right: 6, top: 4, bottom: BELOW_PX - 8 },
      tooltip: {
        ...tooltip(palette),
        trigger: 'item',
        formatter: ({ data }: { data: { cell: StaffingCell } }) => {
          const lines = details(data.cell, t, i18n.language).map(([name, value]) => `${name}: ${value}`);
          return escaped([`${data.cell.name} ${clock(data.cell.at)}`, verdict(data.cell, t), ...lines].join('\n')).replaceAll('\n', '<br>');
        },
      },
      xAxis: {
        type: 'category',
        data: grid.hours.map(({ at }) => clock(at)),
        axisLabel: { ...axisLabel(palette), hideOverlap: true },
        axisLine: { show: false },
        axisTick: { show: false },
      },
      yAxis: {
        type: 'category',
        inverse: true,
        data: grid.groups.map(({ name }) => name),
        axisLabel: { ...axisLabel(palette), width: 98, overflow: 'truncate' },
        axisLine: { show: false },
        axisTick: { show: false },
      },
      visualMap: {
        show: false,
        min: -most,
        max: most,
        dimension: 2,
        inRange: { color: [palette.bad, palette.badSoft, palette.raised, palette.trackSoft, palette.track] },
      },
      series: [
        {
          type: 'heatmap',
          data: cells.map(({ cell, place }) => ({
            value: [...place, gap(cell) ?? 0],
            cell,
            // The ends of the scale are as dark as the text on them is light.
            label: { color: Math.abs(gap(cell) ?? 0) > most * 0.7 ? palette.surface : palette.text },
            ...(cell.staffed?.kind === 'never-enough' ? { itemStyle: { color: palette.bad } } : {}),
          })),
          label: {
            show: grid.hours.length <= 48,
            fontSize: 11,
            fontFamily: fontText,
            formatter: ({ data }: { data: { cell: StaffingCell } }) => sign(data.cell),
          },
          itemStyle: { borderColor: palette.surface, borderWidth: 1.5 },
        },
      ],
    };
  }, [grid, clock, palette, t, i18n.language]);
  return (
    <Chart
      label={t('staffing.mapTitle')}
      option={option}
      height={grid.groups.length * ROW_PX + BELOW_PX}
      onPick={({ cell }: { cell: StaffingCell }) => onChoose(cell)}
    />
  );
}
