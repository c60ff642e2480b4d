import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { PairTold } from '../generated/types/PairTold';
import { Card } from '../simulate/card';
import { Chart } from '../simulate/chart';
import { timeAxis, tooltip, valueAxis } from '../simulate/chart-style';
import { Legend } from '../simulate/legend';
import { usePalette } from '../theme/app-theme';

/** How many wait on either side, over the scenario's time, with one seed. */
export function WaitingChart({ told, zone }: { told: PairTold; zone: string }) {
  const { t, i18n } = useTranslation();
  const palette = usePalette();
  const [live, candidate] = [told.live.kpi.series, told.candidate.kpi.series];
  const names = useMemo(
    () => [
      { name: t('compare.before'), colour: palette.faint, data: live.waiting_max },
      { name: t('compare.after'), colour: palette.track, data: candidate.waiting_max },
    ],
    [t, palette, live, candidate],
  );
  const option = useMemo(
    () => ({
      animation: false,
      grid: { left: 30, right: 8, top: 10, bottom: 22 },
      tooltip: tooltip(palette),
      xAxis: timeAxis(live, zone, i18n.language, 8, palette),
      yAxis: valueAxis(palette),
      series: names.map(({ name, colour, data }, index) => ({
        type: 'line',
        name,
        data,
        color: colour,
        symbol: 'none',
        lineStyle: { width: 1.6, ...(index === 0 ? { type: [5, 3] } : {}) },
        emphasis: { disabled: true },
        ...(index === 1 ? { areaStyle: { color: colour, opacity: 0.1 } } : {}),
      })),
    }),
    [names, palette, live, zone, i18n.language],
  );
  const title = t('compare.waitingTitle', { seed: told.pair.seed });
  return (
    <Card title={title} aside={<Legend items={names} />}>
      <Chart label={title} option={option} />
    </Card>
  );
}
