/** Play, pause, step, speed, jump; and the keys for them. */
import { CaretRightFilled, PauseOutlined, StepBackwardOutlined, StepForwardOutlined, StopOutlined, FastBackwardOutlined } from '@ant-design/icons';
import { Button, Dropdown, Segmented, Tooltip } from 'antd';
import { useEffect, useEffectEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { Moment } from '../generated/types/Moment';
import { player, SPEEDS, type PlayerState } from './player';
import { TimeStrip } from './time-strip';
import styles from './transport.module.css';

const MINUTE_MS = 60_000;

/** What can be jumped to, in the menu's order. */
const MOMENTS: readonly Moment[] = [
  'queue-starts',
  'queued',
  'abandoned',
  'fell-back',
  'rule-failed',
  'breaker-opened',
  'unassigned',
  'agent-online',
  'agent-gone',
  'hours-turned',
];

interface TransportProps {
  state: PlayerState;
  clock: (at: number) => string;
  shortClock: (at: number) => string;
}

export function Transport({ state, clock, shortClock }: TransportProps) {
  const { t } = useTranslation();
  const { plan, view, playing, speed, travelling, plain, forecast, injections } = state;
  const isOver = view?.ended !== 'running';
  const step = (ms: number) => view && plan && void player.goTo(Math.max(view.at + ms, plan.start));

  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (!view || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const isOn = (selector: string) => event.target instanceof HTMLElement && event.target.closest(selector) !== null;
    // A button is pressed by Space, and what has arrows of its own keeps them.
    const hasSpace = isOn('button, [role="tab"], [role="menuitem"], [role="radio"]');
    const hasArrows = isOn('[role="tab"], [role="menuitem"], [role="radio"], [role="slider"], [role="separator"]');
    if (event.key === ' ' && !hasSpace) {
      if (playing) player.pause();
      else player.play();
    } else if (event.key === 'ArrowRight' && !hasArrows) {
      if (event.shiftKey) step(10 * MINUTE_MS);
      else void player.seek('event');
    } else if (event.key === 'ArrowLeft' && !hasArrows) step(event.shiftKey ? -10 * MINUTE_MS : -MINUTE_MS);
    else if (event.key === 'Escape' && travelling !== null) player.stop();
    else return;
    event.preventDefault();
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKey(event);
    document.addEventListener('keydown', listener);
    return () => document.removeEventListener('keydown', listener);
  }, []);

  if (!plan || !view) return <div className={styles.transport} />;
  return (
    <div className={styles.transport} role="group" aria-label={t('floor.transport')}>
      <TimeStrip
        plan={plan}
        at={travelling ?? view.at}
        plain={plain?.kpi.series ?? null}
        forecast={forecast?.kpi.series ?? null}
        injections={injections}
        clock={clock}
        shortClock={shortClock}
      />
      <div className={styles.row}>
        <Tooltip title={t('floor.toStart')}>
          <Button type="text" icon={<FastBackwardOutlined />} aria-label={t('floor.toStart')} onClick={() => void player.goTo(plan.start)} />
        </Tooltip>
        <Tooltip title={t('floor.back')}>
          <Button type="text" icon={<StepBackwardOutlined />} aria-label={t('floor.back')} onClick={() => step(-MINUTE_MS)} />
        </Tooltip>
        <Tooltip title={t(playing ? 'floor.pauseKey' : 'floor.playKey')}>
          <Button
            type="primary"
            shape="circle"
            icon={playing ? <PauseOutlined /> : <CaretRightFilled />}
            aria-label={t(playing ? 'floor.pause' : 'floor.play')}
            disabled={isOver && !playing}
            onClick={() => (playing ? player.pause() : player.play())}
            data-testid="play"
            data-playing={playing}
          />
        </Tooltip>
        <Tooltip title={t('floor.stepKey')}>
          <Button type="text" icon={<StepForwardOutlined />} aria-label={t('floor.step')} disabled={isOver} onClick={() => void player.seek('event')} data-testid="step" />
        </Tooltip>
        <Segmented
          size="small"
          value={speed}
          onChange={(value) => player.setSpeed(value as number)}
          options={SPEEDS.map((value) => ({ value, label: value === Infinity ? t('floor.max') : `×${value}` }))}
          aria-label={t('floor.speed')}
          data-testid="speed"
        />
        <span className={styles.space} />
        {travelling !== null ? (
          <Button danger size="small" icon={<StopOutlined />} onClick={() => player.stop()} data-testid="stop-travel">
            {t('floor.stop')}
          </Button>
        ) : (
          <Dropdown
            trigger={['click']}
            placement="topRight"
            disabled={isOver}
            menu={{
              items: MOMENTS.map((moment) => ({ key: moment, label: t(`floor.moment.${moment}`) })),
              onClick: ({ key }) => void player.seek(key as Moment),
            }}
          >
            <Button size="small" data-testid="jump">
              {t('floor.jump')}
            </Button>
          </Dropdown>
        )}
      </div>
    </div>
  );
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.closest('input, textarea, select, .cm-editor, [role="combobox"], .ant-modal, .ant-dropdown') !== null);
}
