/** What was fitted to recorded arrivals: rates by time of day, how far they vary, and what that leaves unexplained. */
import { Table } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { FittedArrivals } from '../generated/types/FittedArrivals';
import { Chart } from '../simulate/chart';
import { axisLabel, tooltip, valueAxis } from '../simulate/chart-style';
import { count, percent } from '../simulate/format';
import { Legend } from '../simulate/legend';
import { usePalette } from '../theme/app-theme';
import styles from './import-arrivals.module.css';

/** A correlation of neighbouring days that is worth a word. */
const ALIKE_MIN = 0.2;

/** What the counts are held against, one after the other. */
type Step = 'flat' | 'profile' | 'day' | 'stretch';

export function FitView({ fitted }: { fitted: FittedArrivals }) {
  const { t, i18n } = useTranslation();
  const palette = usePalette();
  const kinds = useMemo(() => {
    const colours = [palette.track, palette.blue, palette.violet, palette.warn, palette.bad, palette.good, palette.faint];
    return fitted.profiles.map(({ weekdays, channels }, at) => ({
      name: t('scenario.fit.weekdays', { days: weekdays.split('-').map((day) => t(`scenario.fit.day.${day as 'mon'}`)).join('–') }),
      colour: colours[at % colours.length] ?? palette.track,
      data: (channels[0]?.per_hour ?? []).map((_, piece) => channels.reduce((sum, { per_hour }) => sum + (per_hour[piece] ?? 0), 0)),
    }));
  }, [fitted, palette, t]);
  const option = useMemo(
    () => ({
      animation: false,
      grid: { left: 40, right: 8, top: 10, bottom: 22 },
      tooltip: { ...tooltip(palette), valueFormatter: (value: number) => count(Math.round(value), i18n.language) },
      xAxis: {
        type: 'category' as const,
        data: (kinds[0]?.data ?? []).map((_, piece) => clock(piece * fitted.piece_minutes)),
        boundaryGap: false,
        axisLabel: { ...axisLabel(palette), interval: (60 / fitted.piece_minutes) * 3 - 1 },
        axisLine: { lineStyle: { color: palette.border } },
        axisTick: { show: false },
      },
      yAxis: valueAxis(palette),
      series: kinds.map(({ name, colour, data }) => ({
        type: 'line',
        name,
        data,
        color: colour,
        symbol: 'none',
        lineStyle: { width: 1.4 },
        emphasis: { disabled: true },
      })),
    }),
    [kinds, palette, fitted, i18n.language],
  );
  const { dispersion, left_over } = fitted;
  const steps: { key: Step; index: number }[] = [
    { key: 'flat', index: left_over.flat },
    { key: 'profile', index: left_over.profile },
    { key: 'day', index: left_over.day },
  ];
  if (left_over.stretch !== null) steps.push({ key: 'stretch', index: left_over.stretch });
  return (
    <div data-testid="fit">
      <div className={styles.head}>
        <h3>{t('scenario.fit.rates')}</h3>
        <Legend items={kinds} />
      </div>
      <div className={styles.chart}>
        <Chart label={t('scenario.fit.rates')} option={option} />
      </div>
      <div className={styles.sides}>
        <div>
          <h3>{t('scenario.fit.dispersion')}</h3>
          {dispersion === null ? (
            <p>{t('scenario.fit.tooFew')}</p>
          ) : (
            <ul className={styles.list} data-testid="dispersion">
              <li>{t('scenario.fit.days', { cv: percent(dispersion.day) })}</li>
              <li>{t('scenario.fit.stretches', { cv: percent(dispersion.stretch), minutes: dispersion.stretch_minutes, correlation: dispersion.stretch_correlation.toFixed(2) })}</li>
            </ul>
          )}
          {left_over.neighbouring_days !== null && Math.abs(left_over.neighbouring_days) >= ALIKE_MIN && (
            <p className={styles.hint}>{t('scenario.fit.alike', { correlation: left_over.neighbouring_days.toFixed(2) })}</p>
          )}
          {fitted.left_out.length > 0 && <p className={styles.hint}>{t('scenario.fit.leftOut', { days: fitted.left_out.join(', ') })}</p>}
          {fitted.filled > 0 && <p className={styles.hint}>{t('scenario.fit.filled', { count: fitted.filled })}</p>}
        </div>
        <Table
          size="small"
          pagination={false}
          rowKey="key"
          dataSource={steps}
          columns={[
            { title: t('scenario.fit.index'), dataIndex: 'key', render: (key: Step) => t(`scenario.fit.step.${key}`) },
            { title: t('scenario.fit.value'), dataIndex: 'index', align: 'right', render: (index: number) => index.toFixed(2) },
          ]}
        />
      </div>
      {left_over.unusual.length > 0 && (
        <p className={styles.hint}>
          {t('scenario.fit.unusual')}
          {left_over.unusual
            .map(({ date, hour, arrivals, expected }) =>
              t('scenario.fit.unusualOne', {
                when: hour === null ? date : `${date} ${clock(hour * 60)}`,
                arrivals: count(arrivals, i18n.language),
                expected: count(Math.round(expected), i18n.language),
              }),
            )
            .join(t('scenario.fit.separator'))}
        </p>
      )}
    </div>
  );
}

export function clock(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}
