/** The recorded days simulated with the counts themselves, as fitted, and without dispersion: waiting in one picture. */
import { Alert, Button, Progress } from 'antd';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { engine } from '../engine/client';
import { pool } from '../engine/pool';
import type { ArrivalsFile } from '../engine/protocol';
import type { Trial } from '../generated/types/Trial';
import type { TrialDay } from '../generated/types/TrialDay';
import type { TrialTraffic } from '../generated/types/TrialTraffic';
import { Chart } from '../simulate/chart';
import { axisLabel, tooltip, valueAxis } from '../simulate/chart-style';
import { duration } from '../simulate/format';
import { Legend } from '../simulate/legend';
import { usePalette } from '../theme/app-theme';
import { clock } from './fit-view';
import styles from './import-arrivals.module.css';
import { importProblem } from './table-problem';
import { RefusedError } from '../engine/client';

/** How many of the recorded days are simulated. */
const DAYS_MAX = 20;
const TRAFFIC: readonly TrialTraffic[] = ['recorded', 'fitted', 'poisson'];
const WHOLE_DAY = 24;

interface TrialViewProps {
  file: ArrivalsFile;
  /** The text of the scenario that the fit is put into. */
  text: string;
  targets: Readonly<Record<string, string>>;
  dates: readonly string[];
}

type State = { kind: 'idle' } | { kind: 'running'; share: number } | { kind: 'done'; trial: Trial; days: number } | { kind: 'failed'; message: string };

export function TrialView({ file, text, targets, dates }: TrialViewProps) {
  const { t } = useTranslation();
  const [state, setState] = useState<State>({ kind: 'idle' });
  const abort = useRef<AbortController | null>(null);
  useEffect(() => () => abort.current?.abort(), []);

  const start = async () => {
    const own = new AbortController();
    abort.current = own;
    setState({ kind: 'running', share: 0 });
    try {
      const scenario = await engine.call('fittedText', { ...file, text, targets });
      const wanted = Math.min(DAYS_MAX, dates.length);
      const chosen = Array.from({ length: wanted }, (_, at) => dates[Math.floor((at * dates.length) / wanted)] ?? '');
      const jobs = chosen.flatMap((date, seed) => TRAFFIC.map((traffic) => ({ ...file, start: { scenario, targets, date, traffic, seed: seed + 1 } })));
      const outcomes = await pool.run('trialDay', jobs, {
        signal: own.signal,
        onProgress: ({ done }) => !own.signal.aborted && setState({ kind: 'running', share: done / jobs.length }),
      });
      if (own.signal.aborted) return;
      const days: TrialDay[] = outcomes.flatMap((outcome) => (outcome.kind === 'answer' ? [outcome.answer] : []));
      const wrong = outcomes.find((outcome) => outcome.kind !== 'answer');
      if (wrong?.kind === 'refused') throw new RefusedError(wrong.refused);
      if (wrong?.kind === 'failed') throw new Error(wrong.message);
      setState({ kind: 'done', trial: await engine.call('trial', { days }), days: wanted });
    } catch (error) {
      if (!own.signal.aborted) setState({ kind: 'failed', message: importProblem(error, t) });
    }
  };

  if (state.kind === 'running') return <Progress percent={Math.round(state.share * 100)} size="small" aria-label={t('scenario.trial.title')} />;
  return (
    <div className={styles.told}>
      {state.kind === 'failed' && <Alert type="error" showIcon title={state.message} />}
      {state.kind === 'done' ? (
        <TrialChart trial={state.trial} days={state.days} />
      ) : (
        <p className={styles.hint}>
          <Button size="small" onClick={() => void start()} data-testid="trial">
            {t('scenario.trial.action')}
          </Button>{' '}
          {t('scenario.trial.help')}
        </p>
      )}
    </div>
  );
}

function TrialChart({ trial, days }: { trial: Trial; days: number }) {
  const { t, i18n } = useTranslation();
  const palette = usePalette();
  const names = useMemo(
    () => [
      { key: 'recorded', name: t('scenario.trial.recorded'), colour: palette.faint, bands: trial.recorded },
      { key: 'fitted', name: t('scenario.trial.fitted'), colour: palette.track, bands: trial.fitted },
      { key: 'poisson', name: t('scenario.trial.poisson'), colour: palette.warn, bands: trial.poisson },
    ],
    [t, palette, trial],
  );
  const option = useMemo(() => {
    const hours = trial.recorded.map(({ hour }) => hour).filter((hour) => hour !== WHOLE_DAY);
    const seconds = (bands: Trial['recorded'], end: 'low' | 'mean' | 'high') =>
      hours.map((hour) => {
        const point = bands.find((band) => band.hour === hour)?.wait_ms_mean[end];
        return point === undefined ? null : Math.round(point / 100) / 10;
      });
    const edge = (key: string, colour: string, end: 'low' | 'high', bands: Trial['recorded']) => ({
      type: 'line',
      name: `${key} ${end}`,
      data: seconds(bands, end),
      color: colour,
      symbol: 'none',
      lineStyle: { width: 1, type: [2, 3], opacity: 0.8 },
      emphasis: { disabled: true },
      tooltip: { show: false },
    });
    return {
      animation: false,
      grid: { left: 44, right: 8, top: 10, bottom: 22 },
      tooltip: tooltip(palette),
      xAxis: {
        type: 'category' as const,
        data: hours.map((hour) => clock(hour * 60)),
        axisLabel: { ...axisLabel(palette), hideOverlap: true },
        axisLine: { lineStyle: { color: palette.border } },
        axisTick: { show: false },
      },
      yAxis: { ...valueAxis(palette), axisLabel: { ...axisLabel(palette), formatter: '{value} s' } },
      series: [
        ...names.map(({ name, colour, bands }) => ({
          type: 'line',
          name,
          data: seconds(bands, 'mean'),
          color: colour,
          symbol: 'circle',
          symbolSize: 4,
          lineStyle: { width: 1.8 },
          emphasis: { disabled: true },
        })),
        ...names.flatMap(({ key, colour, bands }) => [edge(key, colour, 'low', bands), edge(key, colour, 'high', bands)]),
      ],
    };
  }, [names, palette, trial]);
  const { fitted_misses: fitted, poisson_misses: poisson } = trial;
  const explained = (near: number, far: number) => (far > 0 ? Math.round((1 - near / far) * 100) : 0);
  const band = explained(fitted.band_ms, poisson.band_ms);
  return (
    <div data-testid="trial-chart">
      <div className={styles.head}>
        <h3>{t('scenario.trial.title')}</h3>
        <Legend items={names} />
      </div>
      <div className={styles.chart}>
        <Chart label={t('scenario.trial.title')} option={option} />
      </div>
      <ul className={styles.list} lang={i18n.language}>
        <li>{t('scenario.trial.mean', { fitted: duration(fitted.wait_ms_mean, t), poisson: duration(poisson.wait_ms_mean, t) })}</li>
        <li>{t('scenario.trial.band', { fitted: duration(fitted.band_ms, t), poisson: duration(poisson.band_ms, t) })}</li>
        <li>
          {t('scenario.trial.inTime', {
            fitted: (fitted.in_time * 100).toFixed(1),
            poisson: (poisson.in_time * 100).toFixed(1),
          })}
        </li>
        <li>{t(band >= 0 ? 'scenario.trial.explains' : 'scenario.trial.worse', { percent: Math.abs(band) })}</li>
      </ul>
      <p className={styles.hint}>{t('scenario.trial.openly', { days })}</p>
    </div>
  );
}
