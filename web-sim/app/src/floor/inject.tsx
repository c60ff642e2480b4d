/** What can be done to the run while it is paused, and what was done. */
import { CloseOutlined, ThunderboltOutlined } from '@ant-design/icons';
import { Button, Form, InputNumber, Popover, Select, Tooltip } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { SURGE_MINUTES_MAX, SURGE_PER_HOUR_MAX, type Injection } from '../engine/protocol';
import type { FloorPlan } from '../generated/types/FloorPlan';
import type { FloorView } from '../generated/types/FloorView';
import { useWorkspace } from '../workspace/workspace';
import styles from './inject.module.css';
import { player } from './player';

const MINUTE_MS = 60_000;

interface InjectProps {
  plan: FloorPlan;
  view: FloorView;
  /** The folder that the run began with. */
  files: object;
}

export function InjectMenu({ plan, view, files }: InjectProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const isOver = view.ended !== 'running';
  return (
    <Popover
      trigger="click"
      placement="bottomRight"
      destroyOnHidden
      open={open}
      onOpenChange={(next) => {
        if (next) player.pause();
        setOpen(next);
      }}
      content={<InjectForm plan={plan} view={view} files={files} onDone={() => setOpen(false)} />}
    >
      <Button size="small" icon={<ThunderboltOutlined />} disabled={isOver} data-testid="inject">
        {t('floor.inject.button')}
      </Button>
    </Popover>
  );
}

function InjectForm({ plan, view, files, onDone }: InjectProps & { onDone: () => void }) {
  const { t } = useTranslation();
  const workspace = useWorkspace();
  const present = view.lanes.flatMap(({ agents }) => agents).filter(({ presence, sent }) => presence !== 'offline' && !sent);
  const here = new Set(present.map(({ agent }) => agent));
  const [agent, setAgent] = useState<string | null>(null);
  const [channel, setChannel] = useState(plan.channels[0]?.slug ?? null);
  const rate = view.channels.find((gate) => plan.channels.some(({ id, slug }) => id === gate.channel && slug === channel))?.per_hour ?? 0;
  const [more, setMore] = useState<number | null>(null);
  const [minutes, setMinutes] = useState(30);
  const per_hour = more ?? Math.max(Math.round(rate * 2), 30);
  const canSwap = workspace.files !== files && workspace.checked?.sound === true && workspace.checkedFiles === workspace.files;
  const done = (work: Promise<void>) => {
    onDone();
    void work;
  };
  return (
    <section aria-label={t('floor.inject.title')}>
      <strong>{t('floor.inject.title')}</strong>
      <Form layout="vertical" className={styles.form ?? ''} size="small" requiredMark={false}>
        <fieldset>
          <legend>{t('floor.inject.leaves')}</legend>
          <div className={styles.line}>
            <Select
              showSearch={{ optionFilterProp: 'label' }}
              value={agent}
              onChange={setAgent}
              placeholder={t('simulate.agent')}
              aria-label={t('simulate.agent')}
              options={plan.agents.filter(({ id }) => here.has(id)).map(({ slug, name }) => ({ value: slug, label: name }))}
              className={styles.grow ?? ''}
              data-testid="inject-agent"
            />
            <Button disabled={agent === null} onClick={() => agent !== null && done(player.inject({ kind: 'agent-leaves', agent }))}>
              {t('floor.inject.send')}
            </Button>
          </div>
        </fieldset>
        <fieldset>
          <legend>{t('floor.inject.surge')}</legend>
          <div className={styles.line}>
            <Select
              value={channel}
              onChange={setChannel}
              aria-label={t('floor.inject.channel')}
              options={plan.channels.map(({ slug, name }) => ({ value: slug, label: name }))}
              className={styles.grow ?? ''}
            />
            <InputNumber min={1} max={SURGE_PER_HOUR_MAX} value={per_hour} onChange={setMore} prefix="+" suffix="/h" aria-label={t('floor.inject.perHour')} className={styles.number ?? ''} data-testid="surge-rate" />
            <InputNumber min={1} max={SURGE_MINUTES_MAX} value={minutes} onChange={(value) => value !== null && setMinutes(value)} suffix={t('floor.inject.minutes')} aria-label={t('floor.inject.length')} className={styles.number ?? ''} />
            <Button
              disabled={channel === null}
              onClick={() => channel !== null && done(player.inject({ kind: 'surge', channel, per_hour, length_ms: minutes * MINUTE_MS }))}
              data-testid="inject-surge"
            >
              {t('floor.inject.begin')}
            </Button>
          </div>
        </fieldset>
        <fieldset>
          <legend>{t('floor.inject.swap')}</legend>
          <div className={styles.line}>
            <span className={styles.grow}>{t(canSwap ? 'floor.inject.swapReady' : workspace.files === files ? 'floor.inject.swapSame' : 'floor.inject.swapErrors')}</span>
            <Button disabled={!canSwap} onClick={() => done(player.inject({ kind: 'swap', files: workspace.files }))} data-testid="inject-swap">
              {t('floor.inject.publish')}
            </Button>
          </div>
        </fieldset>
      </Form>
    </section>
  );
}

interface InjectionListProps {
  injections: readonly Injection[];
  plan: FloorPlan;
  clock: (at: number) => string;
}

/** What was done so far, each with a way to go there and one to take it back. */
export function InjectionList({ injections, plan, clock }: InjectionListProps) {
  const { t } = useTranslation();
  if (injections.length === 0) return null;
  const told = (injection: Injection): string => {
    switch (injection.kind) {
      case 'agent-leaves':
      case 'agent-returns':
        return t(`floor.inject.told.${injection.kind}`, { name: plan.agents.find(({ slug }) => slug === injection.agent)?.name ?? injection.agent });
      case 'surge':
        return t('floor.inject.told.surge', {
          name: plan.channels.find(({ slug }) => slug === injection.channel)?.name ?? injection.channel,
          value: Math.round(injection.per_hour),
          minutes: Math.round(injection.length_ms / MINUTE_MS),
        });
      case 'swap':
        return t('floor.inject.told.swap');
    }
  };
  return (
    <ul className={styles.list} aria-label={t('floor.inject.list')} data-testid="injections">
      {injections.map((injection, index) => (
        <li key={`${injection.at} ${index}`}>
          <button type="button" onClick={() => void player.goTo(injection.at)} title={t('floor.inject.goTo')}>
            <time>{clock(injection.at)}</time> {told(injection)}
          </button>
          <Tooltip title={t('floor.inject.retract')}>
            <button type="button" aria-label={`${t('floor.inject.retract')}: ${told(injection)}`} onClick={() => void player.retract(index)}>
              <CloseOutlined />
            </button>
          </Tooltip>
        </li>
      ))}
    </ul>
  );
}
