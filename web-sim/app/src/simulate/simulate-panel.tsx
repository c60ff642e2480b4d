/** A scenario run on the rules as they are, and what came of it. */
import { CaretRightOutlined, ReloadOutlined, StopOutlined } from '@ant-design/icons';
import { Alert, Button, Empty, InputNumber, Select, Tooltip } from 'antd';
import { memo, useDeferredValue, useEffect, useEffectEvent, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Catalogue } from '../generated/types/Catalogue';
import type { Report } from '../generated/types/Report';
import { CopyText } from '../shell/copy-text';
import { ProgressLine } from '../shell/progress-line';
import { navigate, SEED_MAX, useUrlState } from '../workspace/url-state';
import { useWorkspace } from '../workspace/workspace';
import { count, percent } from './format';
import { ChecksLine } from './checks-line';
import { CostTable } from './cost-table';
import { KpiCards } from './kpi-cards';
import { run, useRun } from './run-store';
import styles from './simulate-panel.module.css';
import { AgentTable, GroupTable, IntentTable, RuleTable } from './tables';
import { TimeChart } from './time-chart';
import { WaitChart } from './wait-chart';

export function SimulatePanel({ opening }: { opening: string }) {
  const { t, i18n } = useTranslation();
  const url = useUrlState();
  const { example, files, checked, checkedFiles } = useWorkspace();
  const { running, result, refused, fault } = useRun();

  const scenarios = checked?.catalogue?.scenarios ?? [];
  const has = (slug: string) => scenarios.some((scenario) => scenario.slug === slug);
  const scenario = has(url.scenario) ? url.scenario : has(opening) ? opening : (scenarios[0]?.slug ?? '');
  const isSound = checked?.sound === true;
  const errors = checked?.findings.filter((finding) => finding.severity === 'error').length ?? 0;
  const isStale = result !== null && (result.files !== files || result.scenario !== scenario || result.seed !== url.seed);

  useEffect(() => () => run.forget(), [example]);

  // The first result comes by itself, and so does that of another scenario or seed: a link shows what it was sent for.
  const wanted = isSound && checkedFiles === files && scenario ? `${example}/${scenario}/${url.seed}` : null;
  useEffect(() => {
    if (wanted !== null) void run.start(files, scenario, url.seed);
    // An edit does not start a run by itself.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [wanted === null && result === null ? null : `${example}/${scenario}/${url.seed}`]);

  const runNow = useEffectEvent((event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || !isSound || !scenario) return;
    event.preventDefault();
    navigate({ tab: 'simulate' });
    void run.start(files, scenario, url.seed);
  });
  useEffect(() => {
    document.addEventListener('keydown', runNow);
    return () => document.removeEventListener('keydown', runNow);
  }, []);

  const announced = useMemo(() => {
    if (!result) return '';
    const { service_level, abandonment } = result.report.kpi.all;
    return t('simulate.announce', { level: percent(service_level), abandonment: percent(abandonment) });
  }, [result, t]);

  // A large result is drawn piece by piece, so that the page goes on answering meanwhile.
  const report = useDeferredValue(result?.report);
  return (
    <div className={styles.panel}>
      <form
        className={styles.controls}
        onSubmit={(event) => {
          event.preventDefault();
          void run.start(files, scenario, url.seed);
        }}
      >
        <label className={styles.field}>
          {t('simulate.scenario')}
          <Select
            value={scenario || null}
            onChange={(slug: string) => navigate({ scenario: slug })}
            options={scenarios.map(({ slug, name }) => ({ value: slug, label: name }))}
            popupMatchSelectWidth={false}
            className={styles.scenario ?? ''}
            data-testid="scenario"
          />
        </label>
        <label className={styles.field}>
          {t('simulate.seed')}
          <InputNumber
            value={url.seed}
            min={0}
            max={SEED_MAX}
            precision={0}
            controls={false}
            onChange={(seed) => seed !== null && navigate({ seed })}
            className={styles.seed ?? ''}
          />
        </label>
        <Tooltip title={t('simulate.reseed')}>
          <Button
            type="text"
            icon={<ReloadOutlined />}
            aria-label={t('simulate.reseed')}
            onClick={() => navigate({ seed: Math.floor(Math.random() * 1_000_000) })}
          />
        </Tooltip>
        <span className={styles.space} />
        {running ? (
          <Button danger icon={<StopOutlined />} onClick={() => run.cancel()} data-testid="cancel">
            {t('simulate.cancel')}
          </Button>
        ) : (
          <Tooltip title="Ctrl / ⌘ + Enter">
            <Button
              type="primary"
              htmlType="submit"
              icon={<CaretRightOutlined />}
              disabled={!isSound || !scenario}
              data-testid="run"
            >
              {t(result && !isStale ? 'simulate.again' : 'simulate.run')}
            </Button>
          </Tooltip>
        )}
      </form>

      <div className={styles.progress} aria-hidden={!running}>
        {running && <ProgressLine share={running.progress?.share ?? 0} label={t('shell.tab.simulate')} />}
      </div>

      <div className={styles.scroll}>
        <p className={styles.hidden} aria-live="polite">
          {announced}
        </p>
        {fault !== null && <Alert type="error" showIcon title={t('shell.engineFailed', { message: fault })} />}
        {checked && !isSound && <Alert type="warning" showIcon title={t('shell.hasErrors', { errors })} />}
        {isSound && scenarios.length === 0 && <Empty description={t('simulate.noScenario')} />}
        {refused && isSound && <Alert type="warning" showIcon title={t('simulate.noScenario')} />}
        {result && report && (
          <div className={styles.result} data-stale={isStale || running !== null}>
            <p className={styles.line} data-testid="run-line" data-ended={report.ended}>
              {running?.progress
                ? t('simulate.progress', {
                    conversations: count(running.progress.conversations, i18n.language),
                    events: count(running.progress.events, i18n.language),
                  })
                : isStale && report.ended !== 'cancelled'
                  ? t('simulate.stale')
                  : report.ended === 'complete'
                    ? t('simulate.took', {
                        conversations: count(report.conversations, i18n.language),
                        events: count(report.events, i18n.language),
                        seconds: (result.took_ms / 1000).toFixed(2),
                      })
                    : t(`simulate.ended.${report.ended}`)}
              <span className={styles.digest}>
                <Tooltip title={t('simulate.digestHelp')}>
                  <span className={styles.dotted} tabIndex={0}>
                    {t('simulate.digest')}
                  </span>
                </Tooltip>
                <CopyText text={report.digest} shown={report.digest.slice(0, 12)} testId="digest" />
              </span>
            </p>
            <Results report={report} catalogue={checked?.catalogue ?? null} />
          </div>
        )}
      </div>
    </div>
  );
}

/** What came of a run. It is drawn anew only for another one, however often the progress of the next is told. */
const Results = memo(function Results({ report, catalogue }: { report: Report; catalogue: Catalogue | null }) {
  const { kpi, rules, checks } = report;
  return (
    <>
      <KpiCards report={report} />
      <div className={styles.charts}>
        <TimeChart series={kpi.series} zone={catalogue?.zone ?? 'UTC'} />
        <WaitChart waits={kpi.waits} />
      </div>
      <GroupTable groups={kpi.groups} />
      <IntentTable intents={kpi.intents} groups={kpi.groups} />
      <div className={styles.pair}>
        <AgentTable agents={kpi.agents} />
        <RuleTable rules={rules} />
      </div>
      <CostTable rules={rules} kindOf={(file) => catalogue?.rules.find((rule) => rule.file === file)?.kind} />
      <ChecksLine checks={checks} />
    </>
  );
});
