/** How many agents each group needs in each hour, found on the simulator. */
import { CaretRightOutlined, FileDoneOutlined, StopOutlined, TableOutlined, TeamOutlined } from '@ant-design/icons';
import { Alert, Button, Empty, InputNumber, Select } from 'antd';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { engine } from '../engine/client';
import type { StaffingCell } from '../generated/types/StaffingCell';
import { download, useAbout } from '../share/html-report';
import { ProgressLine } from '../shell/progress-line';
import { Card } from '../simulate/card';
import { duration, percent } from '../simulate/format';
import panel from '../simulate/simulate-panel.module.css';
import { navigate, useUrlState } from '../workspace/url-state';
import { useWorkspace } from '../workspace/workspace';
import { HeatMap } from './heat-map';
import { HourTable } from './hour-table';
import { details, gridOf, verdict } from './hours';
import { staffingFile } from './staffing-file';
import styles from './staffing-panel.module.css';
import { seedsOf, staffing, useStaffing, type Question } from './staffing-store';

const ANSWER_DEFAULT = 80;
const WITHIN_DEFAULT_S = 20;
const WITHIN_MAX_S = 86_400;
const RUNS_DEFAULT = 5;
const RUNS_MIN = 2;
const RUNS_MAX = 20;
/** A day and a half: from there on the date is told, too. */
const LONG_HOURS = 36;

export default function StaffingPanel({ opening }: { opening: string }) {
  const { t, i18n } = useTranslation();
  const url = useUrlState();
  const { example, files, checked, checkedFiles } = useWorkspace();
  const { running, result, refused, fault } = useStaffing();
  const about = useAbout();
  const [answer, setAnswer] = useState(ANSWER_DEFAULT);
  const [within_s, setWithin] = useState(WITHIN_DEFAULT_S);
  const [runs, setRuns] = useState(RUNS_DEFAULT);
  const [chosen, setChosen] = useState<{ group: string; hour: number } | null>(null);

  const catalogue = checked?.catalogue ?? null;
  const scenarios = catalogue?.scenarios ?? [];
  const has = (slug: string) => scenarios.some((scenario) => scenario.slug === slug);
  const scenario = has(url.scenario) ? url.scenario : has(opening) ? opening : (scenarios[0]?.slug ?? '');
  const isReady = checked?.sound === true && checkedFiles === files && scenario !== '';
  const errors = checked?.findings.filter(({ severity }) => severity === 'error').length ?? 0;
  const name = scenarios.find(({ slug }) => slug === scenario)?.name ?? scenario;
  const question = { files, scenario, name, revision: checked?.revision ?? '', seed: url.seed, runs, aim: { share: answer / 100, within_ms: within_s * 1000 } };
  const asked = result?.question;
  const isStale =
    asked !== undefined &&
    (asked.files !== files ||
      asked.scenario !== scenario ||
      asked.seed !== url.seed ||
      asked.runs !== runs ||
      asked.aim.share !== question.aim.share ||
      asked.aim.within_ms !== question.aim.within_ms);

  useEffect(() => () => staffing.forget(), [example]);

  const grid = useMemo(() => gridOf(result?.cells ?? []), [result]);
  const zone = catalogue?.zone ?? 'UTC';
  const isLong = grid.hours.length > LONG_HOURS;
  const clock = useCallback(
    (at: number) =>
      new Intl.DateTimeFormat(i18n.language === 'en' ? 'en-GB' : 'zh-CN', {
        timeZone: zone,
        ...(isLong ? { month: 'numeric', day: 'numeric' } : {}),
        hour: '2-digit',
        minute: '2-digit',
        hourCycle: 'h23',
      }).format(at),
    [i18n.language, zone, isLong],
  );
  const choose = useCallback(({ group, hour }: StaffingCell) => setChosen({ group, hour }), []);
  const cell = chosen ? grid.cell(chosen.group, chosen.hour) : undefined;
  const short = result?.cells.filter(({ staffed }) => staffed?.kind === 'too-few' || staffed?.kind === 'never-enough') ?? [];

  const saveHtml = async ({ name, revision, scenario, aim, ...asked }: Question, cells: readonly StaffingCell[]) => {
    const told = { scenario: name, revision, aim, seeds: seedsOf(asked), cells: [...cells] };
    download(`${example}-${scenario}-staffing.html`, 'text/html', await engine.call('staffingHtml', { staffing: told, about }));
  };

  return (
    <div className={panel.panel}>
      <form
        className={`${panel.controls} ${styles.controls}`}
        onSubmit={(event) => {
          event.preventDefault();
          void staffing.start(question);
        }}
      >
        <label className={panel.field}>
          {t('simulate.scenario')}
          <Select
            value={scenario || null}
            onChange={(slug: string) => navigate({ scenario: slug })}
            options={scenarios.map(({ slug, name }) => ({ value: slug, label: name }))}
            popupMatchSelectWidth={false}
          />
        </label>
        <label className={panel.field}>
          {t('staffing.answer')}
          <InputNumber value={answer} min={1} max={99} precision={0} suffix="%" onChange={(value) => value !== null && setAnswer(value)} className={styles.number ?? ''} data-testid="answer" />
        </label>
        <label className={panel.field}>
          {t('staffing.within')}
          <InputNumber value={within_s} min={0} max={WITHIN_MAX_S} precision={0} suffix={t('staffing.seconds')} onChange={(value) => value !== null && setWithin(value)} className={styles.number ?? ''} data-testid="within" />
        </label>
        <label className={panel.field} title={t('staffing.runsHelp')}>
          {t('compare.runs')}
          <InputNumber value={runs} min={RUNS_MIN} max={RUNS_MAX} precision={0} onChange={(value) => value !== null && setRuns(value)} className={styles.runs ?? ''} data-testid="staffing-runs" />
        </label>
        <span className={panel.space} />
        {running ? (
          <Button danger icon={<StopOutlined />} onClick={() => staffing.cancel()} data-testid="cancel-staffing">
            {t('simulate.cancel')}
          </Button>
        ) : (
          <Button type="primary" htmlType="submit" icon={<CaretRightOutlined />} disabled={!isReady} data-testid="staff">
            {t(result && !isStale ? 'staffing.again' : 'staffing.start')}
          </Button>
        )}
      </form>

      <div className={panel.progress} aria-hidden={!running}>
        {running && <ProgressLine share={running.share} label={t('shell.tab.staffing')} />}
      </div>

      <div className={panel.scroll}>
        {fault !== null && <Alert type="error" showIcon title={t('shell.engineFailed', { message: fault })} />}
        {checked && checked.sound !== true && <Alert type="warning" showIcon title={t('shell.hasErrors', { errors })} />}
        {refused && checked?.sound === true && <Alert type="warning" showIcon title={t('simulate.noScenario')} />}
        {!result && !running && (
          <Empty image={<TeamOutlined className={styles.emptyMark ?? ''} />} description={t('staffing.invite')} />
        )}
        {running && (
          <p className={styles.line} aria-live="polite">
            {running.hours === null ? t('staffing.counting') : t('staffing.progress', { done: running.done, all: running.hours })}
            {running.left_ms !== null && t('staffing.left', { time: duration(running.left_ms, t) })}
          </p>
        )}
        {result && (
          <div className={panel.result} data-stale={isStale} data-testid="staffing" data-whole={result.isWhole} data-scenario={result.question.scenario}>
            {isStale && !running && <p className={styles.line}>{t('staffing.stale')}</p>}
            {!result.isWhole && !running && <Alert type="info" showIcon title={t('staffing.partial')} />}
            {result.failed > 0 && <Alert type="warning" showIcon title={t('staffing.failed', { count: result.failed })} />}
            <p className={styles.said} aria-live="polite" data-testid="staffing-summary">
              {t(short.length === 0 ? 'staffing.summaryEnough' : 'staffing.summary', {
                count: short.length,
                share: percent(result.question.aim.share, 0),
                time: duration(result.question.aim.within_ms, t),
              })}
            </p>
            <Card title={t('staffing.mapTitle')} aside={<span>{t('staffing.mapHelp')}</span>}>
              <HeatMap grid={grid} clock={clock} onChoose={choose} />
            </Card>
            {cell && (
              <Card title={`${cell.name} · ${clock(cell.at)}`} aside={<b>{verdict(cell, t)}</b>}>
                <dl className={styles.details} data-testid="staffing-cell" aria-live="polite">
                  {details(cell, t, i18n.language).map(([name, value]) => (
                    <div key={name}>
                      <dt>{name}</dt>
                      <dd>{value}</dd>
                    </div>
                  ))}
                </dl>
                {cell.need && <Tried cell={cell} />}
              </Card>
            )}
            <Card
              title={t('staffing.tableTitle')}
              aside={
                <span>
                  <Button
                    size="small"
                    type="text"
                    icon={<FileDoneOutlined />}
                    onClick={() => void saveHtml(result.question, result.cells)}
                    data-testid="staffing-html"
                  >
                    {t('staffing.html')}
                  </Button>
                  <Button
                    size="small"
                    type="text"
                    icon={<TableOutlined />}
                    onClick={() => download(`${example}-${result.question.scenario}-staffing.csv`, 'text/csv', staffingFile(result.cells))}
                    data-testid="staffing-csv"
                  >
                    {t('share.table')}
                  </Button>
                </span>
              }
            >
              <HourTable grid={grid} clock={clock} chosen={cell} onChoose={choose} />
            </Card>
            <p className={styles.note}>{t('staffing.bounds')}</p>
          </div>
        )}
      </div>
    </div>
  );
}

/** What was tried, with its uncertainty. */
function Tried({ cell }: { cell: StaffingCell }) {
  const { t } = useTranslation();
  const tried = (cell.need?.tried ?? []).toSorted((a, b) => a.agents - b.agents);
  return (
    <table className={styles.tried}>
      <caption>{t('staffing.triedCaption')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('staffing.agents')}</th>
          <th scope="col">{t('staffing.answered')}</th>
          <th scope="col">{t('compare.interval')}</th>
        </tr>
      </thead>
      <tbody>
        {tried.map(({ agents, answered: { mean, half_width } }) => (
          <tr key={agents}>
            <th scope="row">{agents}</th>
            <td>{percent(mean)}</td>
            <td>{half_width === null ? '–' : `± ${percent(half_width)}`}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
