/** A change against what is live: the same conversations under both, and what that does to the whole floor. */
import { DiffOutlined, PushpinOutlined, StopOutlined } from '@ant-design/icons';
import { Alert, Button, Empty, InputNumber, Segmented, Select, Tooltip } from 'antd';
import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { blame } from '../blame/blame-store';
import type { Files } from '../engine/protocol';
import { RecordingChoice } from '../replay/recording-choice';
import { useRecordings } from '../replay/recording-store';
import { ReplaySummary } from '../replay/replay-summary';
import { ProgressLine } from '../shell/progress-line';
import type { Difference } from '../generated/types/Difference';
import { Card } from '../simulate/card';
import { duration } from '../simulate/format';
import panel from '../simulate/simulate-panel.module.css';
import { difference } from '../workspace/drafts';
import { navigate, useUrlState } from '../workspace/url-state';
import { useWorkspace, workspace } from '../workspace/workspace';
import styles from './compare-panel.module.css';
import { compare, useCompare } from './compare-store';
import { DifferenceTable } from './difference-table';
import { FlowCharts } from './flow-chart';
import { hostLive, type HostLive, type HostLiveProblem } from './host-live';
import type { Names } from './format';
import { WaitingChart } from './waiting-chart';
import { Ways } from './ways';

const RUNS_DEFAULT = 10;
/** A replay's seeds are the luck of what had to be supposed alone. */
const REPLAYS_DEFAULT = 3;
const RUNS_MAX = 100;
/** The value of the choice "my edits"; every other is a rule's slug. */
const MINE = '';

/** The folder without a rule: without the files that are named as it is, and without rule tests, which may name it. */
function without(files: Files, rule: string): Files {
  const isKept = (path: string) => path.replace(/\.[^./]+$/, '') !== `rules/${rule}` && !path.startsWith('tests/');
  return Object.fromEntries(Object.entries(files).filter(([path]) => isKept(path)));
}

export default function ComparePanel({ opening }: { opening: string }) {
  const { t, i18n } = useTranslation();
  const url = useUrlState();
  const { example, files, checked, checkedFiles } = useWorkspace();
  const { running, result, refused, fault } = useCompare();
  const [pinned, setPinned] = useState<{ example: string; files: Files } | null>(null);
  const [host, setHost] = useState<HostLive | null>(null);
  const [hostProblem, setHostProblem] = useState<HostLiveProblem | null>(null);
  const [against, setAgainst] = useState<'original' | 'pinned' | 'host'>('original');
  const [rule, setRule] = useState(MINE);
  const [runs, setRuns] = useState(RUNS_DEFAULT);
  const [isReplay, setReplay] = useState(false);

  const choose = (next: boolean) => {
    setReplay(next);
    setRuns(next ? REPLAYS_DEFAULT : RUNS_DEFAULT);
  };
  const catalogue = checked?.catalogue ?? null;
  const scenarios = catalogue?.scenarios ?? [];
  const has = (slug: string) => scenarios.some((scenario) => scenario.slug === slug);
  const scenario = has(url.scenario) ? url.scenario : has(opening) ? opening : (scenarios[0]?.slug ?? '');
  const isPinned = pinned !== null && pinned.example === example;
  const live =
    against === 'host' && host ? host.files : against === 'pinned' && isPinned ? pinned.files : workspace.original();
  const chooseAgainst = async (next: 'original' | 'pinned' | 'host') => {
    setHostProblem(null);
    if (next === 'host') {
      const found = await hostLive();
      if ('kind' in found) {
        setHostProblem(found);
        return;
      }
      setHost(found);
    }
    setAgainst(next);
  };
  const rules = catalogue?.rules ?? [];
  const chosen = rules.some(({ slug }) => slug === rule) ? rule : MINE;
  const candidate = useMemo(() => (chosen === MINE ? files : without(files, chosen)), [files, chosen]);
  const isChanged = Object.keys(difference(live, candidate)).length > 0;
  const { open: recorded, problem } = useRecordings();
  const recording = isReplay ? (recorded?.recording ?? null) : null;
  const isReady = checked?.sound === true && checkedFiles === files && (isReplay ? recording !== null : scenario !== '' && isChanged);
  const question = { live, candidate, scenario, recording, seed: url.seed, runs };
  const asked = result?.question;
  const isStale =
    asked !== undefined &&
    (asked.recording?.id !== recording?.id ||
      asked.scenario !== scenario ||
      asked.seed !== url.seed ||
      asked.runs !== runs ||
      Object.keys(difference(asked.live, live)).length > 0 ||
      Object.keys(difference(asked.candidate, candidate)).length > 0);

  useEffect(() => () => compare.forget(), [example]);

  const names: Names = useMemo(() => {
    const named = (list: readonly { slug: string; name: string }[], slug: string) =>
      list.find((one) => one.slug === slug)?.name ?? slug;
    return {
      group: (slug) => named(catalogue?.groups ?? [], slug),
      rule: (slug) => named(catalogue?.rules ?? [], slug),
      channel: (slug) => named(catalogue?.channels ?? [], slug),
    };
  }, [catalogue]);

  const said = result?.said[i18n.language === 'en' ? 'en' : 'zh'] ?? [];
  const ofAll = result?.comparison.differences.filter(({ group }) => group === null) ?? [];
  const ofGroups =
    result?.comparison.differences.filter(
      ({ group, verdict, measure }) =>
        group !== null &&
        (verdict === 'better' || verdict === 'worse' || verdict === 'different') &&
        (['service-level', 'wait-mean', 'abandonment', 'conversations'] as string[]).includes(measure),
    ) ?? [];

  const ask = ({ measure, group }: Difference) => {
    if (!result) return;
    const { live, candidate, scenario } = result.question;
    const question = { kind: 'kpi' as const, scenario, measure, group, seeds: result.comparison.seeds };
    void blame.start({ live, files: candidate, question });
  };

  return (
    <div className={panel.panel}>
      <form
        className={`${panel.controls} ${styles.controls}`}
        onSubmit={(event) => {
          event.preventDefault();
          void compare.start(question);
        }}
      >
        <label className={panel.field}>
          {t('compare.candidate')}
          <Select
            value={chosen}
            onChange={setRule}
            showSearch={{ optionFilterProp: 'label' }}
            options={[
              { value: MINE, label: t('compare.mine', { count: Object.keys(difference(live, files)).length }) },
              {
                label: t('compare.withoutTitle'),
                options: rules.map(({ slug, name }) => ({ value: slug, label: t('compare.without', { rule: name }) })),
              },
            ]}
            popupMatchSelectWidth={false}
            className={styles.candidate ?? ''}
            data-testid="candidate"
          />
        </label>
        <Segmented
          size="small"
          value={isReplay}
          onChange={choose}
          options={[
            { value: false, label: t('replay.scenario') },
            { value: true, label: t('replay.recorded') },
          ]}
          aria-label={t('replay.traffic')}
          data-testid="traffic"
        />
        {isReplay && <RecordingChoice />}
        {!isReplay && (
          <span className={panel.field}>
            {t('compare.live')}
            <Select
              value={against}
              onChange={(next) => void chooseAgainst(next)}
              options={[
                { value: 'original', label: t('compare.original') },
                ...(isPinned ? [{ value: 'pinned', label: t('compare.pinned') }] : []),
                { value: 'host', label: against === 'host' && host ? t('compare.hostLive', { number: host.number }) : t('compare.host') },
              ]}
              popupMatchSelectWidth={false}
              aria-label={t('compare.live')}
              data-testid="against"
            />
            <Tooltip title={t('compare.pin')}>
              <Button
                type="text"
                size="small"
                icon={<PushpinOutlined />}
                aria-label={t('compare.pin')}
                onClick={() => {
                  setPinned({ example, files });
                  setAgainst('pinned');
                }}
              />
            </Tooltip>
          </span>
        )}
        {!isReplay && (
          <label className={panel.field}>
            {t('simulate.scenario')}
            <Select
              value={scenario || null}
              onChange={(slug: string) => navigate({ scenario: slug })}
              options={scenarios.map(({ slug, name }) => ({ value: slug, label: name }))}
              popupMatchSelectWidth={false}
            />
          </label>
        )}
        <label className={panel.field} title={t('compare.runsHelp')}>
          {t('compare.runs')}
          <InputNumber
            value={runs}
            min={1}
            max={RUNS_MAX}
            precision={0}
            onChange={(value) => value !== null && setRuns(value)}
            className={styles.runs ?? ''}
            data-testid="runs"
          />
        </label>
        <span className={panel.space} />
        {running ? (
          <Button danger icon={<StopOutlined />} onClick={() => compare.cancel()} data-testid="cancel-compare">
            {t('compare.cancel')}
          </Button>
        ) : (
          <Button type="primary" htmlType="submit" icon={<DiffOutlined />} disabled={!isReady} data-testid="compare">
            {t(result && !isStale ? 'compare.again' : 'compare.start')}
          </Button>
        )}
      </form>

      <div className={panel.progress} aria-hidden={!running}>
        {running && <ProgressLine share={running.share} label={t('shell.tab.compare')} />}
      </div>

      <div className={panel.scroll}>
        {fault !== null && <Alert type="error" showIcon title={t('compare.failedRuns', { count: result?.failed ?? 1, message: fault })} />}
        {refused && (
          <Alert
            type="warning"
            showIcon
            title={
              refused.kind === 'scenario-does-not-fit'
                ? t('compare.unfit', { message: refused.message })
                : refused.kind === 'cannot-replay' || refused.kind === 'no-recording'
                  ? t('replay.cannot', { message: refused.message })
                : refused.kind === 'has-errors'
                  ? t('shell.hasErrors', { errors: refused.count })
                  : t('simulate.noScenario')
            }
          />
        )}
        {hostProblem && (
          <Alert
            type="info"
            showIcon
            title={hostProblem.kind === 'host' ? hostProblem.message : t(hostProblem.kind === 'no-host' ? 'compare.noHost' : 'compare.hostSignIn')}
            data-testid="host-problem"
          />
        )}
        {isReplay && problem?.kind === 'file' && <Alert type="warning" showIcon title={t('replay.problem', { message: problem.message })} />}
        {!result && !running && (
          <Empty
            image={<DiffOutlined className={styles.emptyMark ?? ''} />}
            description={
              <>
                <p>{t(isReplay ? 'replay.invite' : 'compare.invite')}</p>
                {!isReplay && !isChanged && <p>{t('compare.nothing')}</p>}
              </>
            }
          />
        )}
        {running && (
          <p className={styles.line} aria-live="polite">
            {t('compare.progress', { done: running.done, all: runs })}
            {running.left_ms !== null && `，${t('compare.left', { time: duration(running.left_ms, t) })}`}
          </p>
        )}
        {result && (
          <div className={panel.result} data-stale={isStale} data-testid="comparison" data-seeds={result.comparison.seeds.length}>
            {isStale && !running && <p className={styles.line}>{t('compare.stale')}</p>}
            {!result.comparison.sound && <Alert type="error" showIcon title={t('compare.unsound')} />}
            <Card title={t('compare.summaryTitle')}>
              <ul className={styles.said} data-testid="sentences">
                {said.map(({ text, tone }) => (
                  <li key={text} data-tone={tone}>
                    {text}
                  </li>
                ))}
              </ul>
            </Card>
            {result.replayed && <ReplaySummary replayed={result.replayed} names={names} zone={catalogue?.zone ?? 'UTC'} />}
            <Card title={t('compare.figuresTitle')}>
              <DifferenceTable differences={ofAll} name={({ measure }) => t(`compare.measure.${measure}`)} testId="differences" onBlame={ask} />
            </Card>
            <WaitingChart told={result.first} zone={catalogue?.zone ?? 'UTC'} />
            <Ways moved={result.comparison.moved} names={names} question={result.question} tenant={example} zone={catalogue?.zone ?? 'UTC'} />
            <FlowCharts comparison={result.comparison} names={names} />
            {ofGroups.length > 0 && (
              <Card title={t('compare.groupsTitle')}>
                <DifferenceTable
                  differences={ofGroups}
                  name={({ measure, group }) =>
                    `${names.group(group ?? '')}${i18n.language === 'en' ? ', ' : '·'}${t(`compare.measure.${measure}`)}`
                  }
                  testId="group-differences"
                  onBlame={ask}
                />
              </Card>
            )}
          </div>
        )}
      </div>
    </div>
  );
}
