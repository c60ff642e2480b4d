import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { WaitStretch } from '../generated/types/WaitStretch';
import { usePalette } from '../theme/app-theme';
import { Card } from './card';
import { Chart } from './chart';
import { axisLabel, tooltip, valueAxis } from './chart-style';
import { duration, percent } from './format';

/** How long people waited. */
export function WaitChart({ waits }: { waits: readonly WaitStretch[] }) {
  const { t } = useTranslation();
  const palette = usePalette();
  const all = Math.max(
    waits.reduce((sum, { conversations }) => sum + conversations, 0),
    1,
  );
  const atOnce = waits.find(({ ms_max }) => ms_max === 0)?.conversations ?? 0;
  const option = useMemo(() => {
    const waited = waits.filter(({ ms_max }) => ms_max !== 0);
    const label = ({ ms_max }: WaitStretch, at: number) =>
      ms_max === null ? `> ${duration(waited[at - 1]?.ms_max ?? 0, t)}` : `≤ ${duration(ms_max, t)}`;
    return {
      animation: false,
      grid: { left: 34, right: 4, top: 10, bottom: 22 },
      tooltip: { ...tooltip(palette), axisPointer: { type: 'shadow' }, valueFormatter: (value: number) => percent(value / 100) },
      xAxis: {
        type: 'category',
        data: waited.map(label),
        axisLabel: { ...axisLabel(palette), interval: 2, hideOverlap: true },
        axisLine: { lineStyle: { color: palette.border } },
        axisTick: { show: false },
      },
      yAxis: { ...valueAxis(palette), axisLabel: { ...axisLabel(palette), formatter: '{value}%' } },
      series: [
        {
          type: 'bar',
          name: t('simulate.share'),
          barCategoryGap: '22%',
          data: waited.map(({ conversations, ms_max }) => ({
            value: (conversations / all) * 100,
            itemStyle: {
              borderRadius: [2, 2, 0, 0],
              color: ms_max !== null && ms_max <= 30_000 ? palette.track : ms_max !== null && ms_max <= 120_000 ? palette.warn : palette.bad,
            },
          })),
        },
      ],
    };
  }, [waits, all, palette, t]);

  return (
    <Card title={t('simulate.waitTitle')} aside={t('simulate.atOnce', { share: percent(atOnce / all) })}>
      <Chart label={t('simulate.waitTitle')} option={option} />
    </Card>
  );
}
