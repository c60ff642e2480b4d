/** The floor of one simulated day: watched, stopped, stepped through, and tampered with. */
import { Alert, Button, Empty, Select, Skeleton, Tooltip } from 'antd';
import { ReloadOutlined } from '@ant-design/icons';
import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Catalogue } from '../i18n/zh';
import { count } from '../simulate/format';
import { useIncoming, incoming } from '../share/incoming';
import { openedFloor } from '../share/shared-floor';
import { navigate, useUrlState } from '../workspace/url-state';
import { useStore } from '../workspace/store';
import { useWorkspace, workspace } from '../workspace/workspace';
import { clockOf, shortClockOf, waited } from './clock';
import styles from './floor-panel.module.css';
import { FloorStage, type Picked } from './floor-stage';
import { InjectionList, InjectMenu } from './inject';
import { LANES_MAX } from './lanes';
import { PickedCard } from './picked-card';
import { player, type PlayerState } from './player';
import { Transport } from './transport';

export function FloorPanel({ opening }: { opening: string }) {
  const { t, i18n } = useTranslation();
  const url = useUrlState();
  const { example, files, checked, checkedFiles } = useWorkspace();
  const state = useStore(player);
  const [picked, setPicked] = useState<Picked>(null);
  const { plan, view, run } = state;

  const scenarios = checked?.catalogue?.scenarios ?? [];
  const has = (slug: string) => scenarios.some((scenario) => scenario.slug === slug);
  const scenario = has(url.scenario) ? url.scenario : has(opening) ? opening : (scenarios[0]?.slug ?? '');
  const zone = checked?.catalogue?.zone ?? 'UTC';
  const isSound = checked?.sound === true && checkedFiles === files;
  const errors = checked?.findings.filter((finding) => finding.severity === 'error').length ?? 0;
  const isStale = run !== null && run.files !== files;

  // Another tenant, scenario or seed is another day. An edit is not: it can go live in this one.
  const wanted = isSound && scenario ? `${example}/${scenario}/${url.seed}` : null;
  useEffect(() => {
    if (wanted === null) return;
    setPicked(null);
    void player.open({ files, start: { scenario, seed: url.seed } });
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [wanted === null && run === null ? null : `${example}/${scenario}/${url.seed}`]);
  // A day that came by link or file is opened where it stood, once it is decided about the rules that came with it.
  const { arrived, floor } = useIncoming();
  const isDecided = arrived === null && isSound && floor?.tenant === example;
  useEffect(() => {
    if (!isDecided || !floor) return;
    const day = openedFloor(workspace.original(), files, floor.beside, floor.floor);
    incoming.floorOpened();
    void player.open({ ...day, start: { scenario, seed: url.seed } }, floor.floor.at);
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [isDecided]);
  useEffect(() => () => player.close(), [example]);
  // A tab that is not seen does not play.
  useEffect(() => {
    if (url.tab !== 'floor') player.pause();
  }, [url.tab]);

  const clock = useMemo(() => clockOf(i18n.language, zone), [i18n.language, zone]);
  const shortClock = useMemo(
    () => shortClockOf(i18n.language, zone, plan ? plan.end - plan.start : 0),
    [i18n.language, zone, plan],
  );

  if (checked && !checked.sound && !run) return <Alert type="warning" showIcon title={t('shell.hasErrors', { errors })} className={styles.note ?? ''} />;
  if (checked?.sound && scenarios.length === 0) return <Empty description={t('simulate.noScenario')} className={styles.note ?? ''} />;
  return (
    <div className={styles.panel}>
      <div>
        <header className={styles.head}>
          <span className={styles.mark}>{t('floor.simulated')}</span>
          <time className={styles.clock} data-testid="clock" data-at={view?.at}>
            {view ? clock(state.travelling ?? view.at) : '--:--:--'}
          </time>
          <Select
            size="small"
            value={scenario || null}
            onChange={(slug: string) => navigate({ scenario: slug })}
            options={scenarios.map(({ slug, name }) => ({ value: slug, label: name }))}
            popupMatchSelectWidth={false}
            aria-label={t('simulate.scenario')}
          />
          <span className={styles.space} />
          {plan && (
            <Select
              size="small"
              mode="multiple"
              maxCount={LANES_MAX}
              maxTagCount={0}
              maxTagPlaceholder={() => t('floor.groups', { shown: state.groups.length, all: plan.groups.length })}
              value={[...state.groups]}
              onChange={(groups: number[]) => void player.show(plan.groups.map(({ id }) => id).filter((id) => groups.includes(id)))}
              options={plan.groups.map(({ id, name }) => ({ value: id, label: name }))}
              popupMatchSelectWidth={false}
              showSearch={{ optionFilterProp: 'label' }}
              className={styles.groups ?? ''}
              aria-label={t('floor.chooseGroups')}
              data-testid="lanes"
            />
          )}
          {plan && view && run && <InjectMenu plan={plan} view={view} files={run.files} />}
        </header>
        {view && <Figures state={state} />}
        {plan && <InjectionList injections={state.injections} plan={plan} clock={clock} />}
          {isStale && (
            <Alert
              type="info"
              banner
              title={t('floor.stale')}
              action={
                <Button size="small" icon={<ReloadOutlined />} disabled={!isSound} onClick={() => void player.open({ files, start: { scenario, seed: url.seed } })} data-testid="reopen">
                  {t('floor.reopen')}
                </Button>
              }
            />
          )}
          {state.trouble && <Alert type="warning" banner title={state.trouble.kind === 'refused' ? t('floor.refused', { message: state.trouble.message }) : t('shell.engineFailed', { message: state.trouble.message })} data-testid="trouble" />}
        <p className={styles.found} aria-live="polite" data-testid="found">
          {told(state, clock)}
        </p>
      </div>
      {plan && view ? (
        <FloorStage plan={plan} view={view} picked={picked} onPick={setPicked} />
      ) : (
        <Skeleton active className={styles.skeleton ?? ''} />
      )}
      {picked && plan && view && <PickedCard plan={plan} view={view} picked={picked} onPick={setPicked} />}
      <Transport state={state} clock={clock} shortClock={shortClock} />
    </div>
  );

  /** What the last jump has found, or how the day ended. */
  function told({ found, view, plan }: PlayerState, clock: (at: number) => string): string {
    if (found === 'nothing') return t('floor.nothing');
    if (found && plan) {
      const name = plan.groups.find(({ id }) => id === found.group)?.name ?? plan.agents.find(({ id }) => id === found.agent)?.name ?? plan.rules[found.rule ?? -1]?.name;
      const parts = [clock(found.at), t(`floor.moment.${found.moment}`), name, found.conversation === null ? undefined : `#${found.conversation}`];
      return parts.filter(Boolean).join(' · ');
    }
    if (view && view.ended !== 'running') return t('floor.over');
    return '';
  }
}

/** The whole tenant in numbers. */
function Figures({ state: { view } }: { state: PlayerState }) {
  const { t, i18n } = useTranslation();
  if (!view) return null;
  const { waiting, longest_since, in_hand, online, opened, connected, abandoned, fell_back } = view.counters;
  const number = (value: number) => count(value, i18n.language);
  const longest_ms = longest_since === null ? 0 : view.at - longest_since;
  const figures: { id: keyof Catalogue['floor']['define']; name: string; value: string; of?: string; isBad?: boolean }[] = [
    { id: 'waiting', name: t('simulate.waiting'), value: number(waiting), isBad: waiting > 0 && longest_ms > 60_000 },
    { id: 'longest', name: t('floor.longestWait'), value: waiting > 0 ? waited(longest_ms, t) : '–', isBad: longest_ms > 60_000 },
    { id: 'in-hand', name: t('simulate.inHand'), value: number(in_hand) },
    { id: 'online', name: t('simulate.online'), value: number(online) },
    { id: 'connected', name: t('floor.connectedOf'), value: number(connected), of: number(opened) },
    { id: 'abandoned', name: t('simulate.abandoned'), value: number(abandoned) },
    { id: 'fell-back', name: t('floor.fallback'), value: number(fell_back) },
  ];
  return (
    <dl className={styles.figures}>
      {figures.map(({ id, name, value, of, isBad }) => (
        <Tooltip key={id} title={t(`floor.define.${id}`)} mouseEnterDelay={0.4}>
          <div data-testid={`floor-${id}`} data-bad={isBad === true}>
            <dt>{name}</dt>
            <dd>
              {value}
              {of !== undefined && <small> / {of}</small>}
            </dd>
          </div>
        </Tooltip>
      ))}
    </dl>
  );
}
