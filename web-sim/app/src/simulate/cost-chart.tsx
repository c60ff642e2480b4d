/** The calls of a rule by what they cost. */
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { RuleCost } from '../generated/types/RuleCost';
import { usePalette } from '../theme/app-theme';
import { Chart } from './chart';
import { axisLabel, tooltip, valueAxis } from './chart-style';
import { compact, count } from './format';
import { merged } from './spread';

const BARS_MAX = 40;

interface CostChartProps {
  /** The rule's name. */
  name: string;
  cost: RuleCost;
  unit: 'fuel' | 'operations';
}

export function CostChart({ name, cost, unit }: CostChartProps) {
  const { t, i18n } = useTranslation();
  const palette = usePalette();
  const option = useMemo(() => {
    const bars = merged(cost.spread, BARS_MAX);
    return {
      animation: false,
      grid: { left: 40, right: 6, top: 10, bottom: 22 },
      tooltip: {
        ...tooltip(palette),
        axisPointer: { type: 'shadow' },
        formatter: ([bar]: { dataIndex: number }[]) => {
          const { cost_max = 0, calls = 0 } = bars[bar?.dataIndex ?? 0] ?? {};
          return t('simulate.cost.bar', {
            amount: t(`simulate.cost.${unit}`, { amount: count(cost_max, i18n.language) }),
            calls: count(calls, i18n.language),
          });
        },
      },
      xAxis: {
        type: 'category',
        data: bars.map(({ cost_max }) => `≤ ${compact(cost_max, i18n.language)}`),
        axisLabel: { ...axisLabel(palette), hideOverlap: true },
        axisLine: { lineStyle: { color: palette.border } },
        axisTick: { show: false },
      },
      yAxis: { ...valueAxis(palette), axisLabel: { ...axisLabel(palette), formatter: (value: number) => compact(value, i18n.language) } },
      series: [
        {
          type: 'bar',
          barCategoryGap: '15%',
          barMaxWidth: 28,
          // A single call among thousands is seen, too.
          barMinHeight: 2,
          data: bars.map(({ calls }) => (calls === 0 ? null : calls)),
          itemStyle: { borderRadius: [2, 2, 0, 0], color: unit === 'fuel' ? palette.violet : palette.track },
        },
      ],
    };
  }, [cost, unit, palette, t, i18n.language]);

  return <Chart label={t('simulate.cost.chart', { rule: name })} option={option} />;
}
