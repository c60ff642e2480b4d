import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Series } from '../generated/types/Series';
import { usePalette } from '../theme/app-theme';
import { Card } from './card';
import { Chart } from './chart';
import { timeAxis, tooltip, valueAxis } from './chart-style';
import { Legend } from './legend';

/** How many wait, are served and are online, over the scenario's time. */
export function TimeChart({ series, zone }: { series: Series; zone: string }) {
  const { t, i18n } = useTranslation();
  const palette = usePalette();

  const names = useMemo(
    () => [
      { name: t('simulate.waiting'), colour: palette.bad, data: series.waiting_max },
      { name: t('simulate.inHand'), colour: palette.track, data: series.in_hand },
      { name: t('simulate.online'), colour: palette.blue, data: series.online },
    ],
    [t, palette, series],
  );
  const option = useMemo(() => {
    const [waiting, inHand, online] = names;
    return {
      animation: false,
      grid: { left: 30, right: 8, top: 10, bottom: 22 },
      tooltip: tooltip(palette),
      xAxis: timeAxis(series, zone, i18n.language, 6, palette),
      yAxis: valueAxis(palette),
      series: [
        line(inHand, { areaStyle: { color: palette.track, opacity: 0.1 } }),
        line(online, { step: 'end', lineStyle: { width: 1.3, type: [5, 3] } }),
        line(waiting, { areaStyle: { color: palette.bad, opacity: 0.22 } }),
      ],
    };
  }, [names, palette, series, zone, i18n.language]);

  return (
    <Card title={t('simulate.timeTitle')} aside={<Legend items={names} />}>
      <Chart label={t('simulate.timeTitle')} option={option} />
    </Card>
  );
}

function line(of: { name: string; colour: string; data: number[] } | undefined, more: object) {
  return {
    type: 'line',
    name: of?.name,
    data: of?.data,
    color: of?.colour,
    symbol: 'none',
    lineStyle: { width: 1.6 },
    emphasis: { disabled: true },
    ...more,
  };
}
