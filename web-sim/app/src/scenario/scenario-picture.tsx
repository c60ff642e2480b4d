/** A scenario's traffic as a picture: how many come in each hour, to be dragged; what is special about the day. */
import { ControlOutlined, ImportOutlined, MessageOutlined } from '@ant-design/icons';
import { Button, InputNumber, Select, Tooltip } from 'antd';
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { count } from '../simulate/format';
import { useWorkspace, workspace } from '../workspace/workspace';
import { HOURS, RATE_MAX, ratesEdits, readArrivals, readIntents, totalOf, type ChannelRates, type Special } from './arrivals';
import { editScenario } from './edit-scenario';
import { ImportArrivals } from './import-arrivals';
import { ImportMessages } from './import-messages';
import { NewScenario } from './new-scenario';
import { SettingsDrawer } from './settings-drawer';
import styles from './scenario-picture.module.css';

/** Until the picture knows how wide it is. */
const WIDTH_DEFAULT = 400;
const HEIGHT = 124;
const LEFT = 34;
const BOTTOM = 16;
const TOP = 8;
const PLOT = HEIGHT - BOTTOM - TOP;
/** How much one press of an arrow key changes an hour. */
const KEY_STEP = 0.05;
const ALL = '';

/** Names a channel's rates among all of the file's. */
const keyOf = ({ channel, days }: ChannelRates) => `${channel} ${days ?? ''}`;

/** The next round number above: 1, 2 or 5 times a power of ten. */
function roundAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
  return ([1, 2, 5, 10].find((factor) => factor * power >= value) ?? 10) * power;
}

export default function ScenarioPicture({ file }: { file: string }) {
  const { t, i18n } = useTranslation();
  const { files, checked } = useWorkspace();
  const text = files[file] ?? '';
  const arrivals = useMemo(() => readArrivals(text), [text]);
  const [channel, setChannel] = useState(ALL);
  const [hour, setHour] = useState(10);
  const [draft, setDraft] = useState<readonly number[] | null>(null);
  const [isImporting, setImporting] = useState(false);
  const [isMessages, setMessages] = useState(false);
  const [isSettings, setSettings] = useState(false);
  const plot = useRef<SVGSVGElement>(null);
  const [width, setWidth] = useState(WIDTH_DEFAULT);
  const isShown = arrivals !== null;
  useEffect(() => {
    if (!plot.current) return;
    const observer = new ResizeObserver(([entry]) => entry && setWidth(Math.max(Math.round(entry.contentRect.width), 1)));
    observer.observe(plot.current);
    return () => observer.disconnect();
  }, [isShown]);
  if (!arrivals) return null;
  const column = (width - LEFT) / HOURS;

  const known = arrivals.channels.find((one) => keyOf(one) === channel);
  const chosen = known ? keyOf(known) : ALL;
  const total = totalOf(arrivals.channels);
  const hours = draft ?? known?.hours ?? total;
  const perDay = hours.reduce((sum, rate) => sum + rate, 0);
  // The scale stays while a bar is dragged, so that it does not run away from the pointer.
  const scale = roundAbove(Math.max(...(known?.hours ?? total), 1) * 1.15);
  const y = (rate: number) => TOP + PLOT * (1 - Math.min(rate / scale, 1));
  const name = (slug: string) => checked?.catalogue?.channels.find((one) => one.slug === slug)?.name ?? slug;

  const write = async (next: readonly number[]) => {
    // Of all channels together each one keeps its share.
    const scaled = (one: ChannelRates) =>
      one.hours.map((rate, at) => (total[at] ? (rate / total[at]) * (next[at] ?? 0) : (next[at] ?? 0) / arrivals.channels.length));
    const edits = known
      ? ratesEdits(arrivals, known, next)
      : arrivals.channels.flatMap((one) => ratesEdits(arrivals, one, scaled(one)));
    await editScenario(file, () => edits);
  };
  const withHour = (of: readonly number[], at: number, rate: number) =>
    of.map((old, index) => (index === at ? Math.round(Math.min(Math.max(rate, 0), RATE_MAX) * 10) / 10 : old));

  const pointed = (event: PointerEvent<SVGSVGElement>) => {
    const box = plot.current?.getBoundingClientRect();
    if (!box) return null;
    const x = event.clientX - box.left - LEFT;
    const rate = (1 - (event.clientY - box.top - TOP) / PLOT) * scale;
    const at = Math.floor(x / column);
    return at >= 0 && at < HOURS ? { at, rate: Math.min(Math.max(rate, 0), scale) } : null;
  };
  const drag = (event: PointerEvent<SVGSVGElement>) => {
    const at = pointed(event);
    if (!at || event.buttons !== 1) return;
    setHour(at.at);
    setDraft(withHour(hours, at.at, at.rate));
  };
  const drop = async () => {
    // The bars stay where they were drawn until the file says the same.
    if (draft) await write(draft);
    setDraft(null);
  };
  const onKey = (event: KeyboardEvent) => {
    const now = hours[hour] ?? 0;
    const step = Math.max(now * KEY_STEP, 1);
    if (event.key === 'ArrowLeft') setHour((hour + HOURS - 1) % HOURS);
    else if (event.key === 'ArrowRight') setHour((hour + 1) % HOURS);
    else if (event.key === 'ArrowUp') void write(withHour(hours, hour, now + step));
    else if (event.key === 'ArrowDown') void write(withHour(hours, hour, now - step));
    else return;
    event.preventDefault();
  };

  return (
    <section className={styles.picture} aria-label={t('scenario.title')}>
      <header className={styles.head}>
        <h2>{t('scenario.title')}</h2>
        <Select
          size="small"
          value={chosen}
          onChange={setChannel}
          options={[{ value: ALL, label: t('scenario.all') }, ...arrivals.channels.map((one) => ({ value: keyOf(one), label: one.days === null ? name(one.channel) : `${name(one.channel)} · ${one.days}` }))]}
          popupMatchSelectWidth={false}
          aria-label={t('visitor.channel')}
          data-testid="arrivals-channel"
        />
        <span className={styles.space} />
        <span className={styles.total}>{t('scenario.perDay', { count: count(Math.round(perDay), i18n.language) })}</span>
        <div className={styles.actions}>
          <NewScenario />
          <Tooltip title={t('scenario.settings.help')}>
            <Button size="small" type="text" icon={<ControlOutlined />} onClick={() => setSettings(true)} data-testid="open-settings">
              {t('scenario.settings.action')}
            </Button>
          </Tooltip>
          <Tooltip title={t('scenario.messages.help')}>
            <Button size="small" type="text" icon={<MessageOutlined />} onClick={() => setMessages(true)} data-testid="import-messages">
              {t('scenario.messages.action')}
            </Button>
          </Tooltip>
          <Tooltip title={t('scenario.import.help')}>
            <Button size="small" type="text" icon={<ImportOutlined />} onClick={() => setImporting(true)} data-testid="import-arrivals">
              {t('scenario.import.action')}
            </Button>
          </Tooltip>
        </div>
      </header>
      <svg
        ref={plot}
        height={HEIGHT}
        className={styles.plot}
        role="slider"
        tabIndex={0}
        aria-label={t('scenario.drag')}
        aria-valuemin={0}
        aria-valuemax={RATE_MAX}
        aria-valuenow={Math.round(hours[hour] ?? 0)}
        aria-valuetext={t('scenario.hour', { hour, count: (hours[hour] ?? 0).toFixed(1) })}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          drag(event);
        }}
        onPointerMove={drag}
        onPointerUp={() => void drop()}
        onPointerCancel={() => setDraft(null)}
        onKeyDown={onKey}
        data-testid="arrivals"
      >
        {[0, 0.5, 1].map((share) => (
          <g key={share}>
            <line className={styles.rule} x1={LEFT} x2={width} y1={y(scale * share)} y2={y(scale * share)} />
            <text className={styles.label} x={LEFT - 5} y={y(scale * share) + 3.5} textAnchor="end">
              {count(scale * share, i18n.language)}
            </text>
          </g>
        ))}
        {arrivals.special.filter((one) => chosen === ALL || one.channel === null || one.channel === known?.channel).map((one, at) => (
          <SpecialMark key={at} special={one} column={column} title={t(`scenario.special.${one.kind}`, { channel: one.channel === null ? t('scenario.all') : name(one.channel), factor: one.factor ?? 0 })} />
        ))}
        {hours.map((rate, at) => (
          <g key={at} data-chosen={at === hour} className={styles.column}>
            <rect x={LEFT + at * column + 1} y={y(rate)} width={Math.max(column - 2, 1)} height={Math.max(TOP + PLOT - y(rate), 0.5)} rx={1.5}>
              <title>{t('scenario.hour', { hour: at, count: rate.toFixed(1) })}</title>
            </rect>
            {at % 3 === 0 && (
              <text className={styles.label} x={LEFT + at * column + column / 2} y={HEIGHT - 4} textAnchor="middle">
                {String(at).padStart(2, '0')}
              </text>
            )}
          </g>
        ))}
      </svg>
      <p className={styles.line}>
        <label>
          {t('scenario.at', { hour: String(hour).padStart(2, '0') })}
          <InputNumber
            size="small"
            min={0}
            max={RATE_MAX}
            value={Math.round((hours[hour] ?? 0) * 10) / 10}
            onChange={(rate) => rate !== null && void write(withHour(hours, hour, rate))}
            className={styles.rate ?? ''}
            data-testid="rate"
          />
          {t('scenario.anHour')}
        </label>
        <span>{t('scenario.drag')}</span>
      </p>
      {isSettings && <SettingsDrawer file={file} onClose={() => setSettings(false)} />}
      {isMessages && (
        <ImportMessages
          text={text}
          known={readIntents(text)}
          onClose={() => setMessages(false)}
          onImport={(changed) => {
            workspace.add({ [file]: changed });
            setMessages(false);
          }}
        />
      )}
      {isImporting && (
        <ImportArrivals
          channels={(checked?.catalogue?.channels ?? []).map(({ slug, name }) => ({ slug, name }))}
          text={text}
          onClose={() => setImporting(false)}
          onImport={(changed) => {
            workspace.add({ [file]: changed });
            setImporting(false);
          }}
        />
      )}
    </section>
  );
}

/** A stretch of the day with something special about it, over midnight too. */
function SpecialMark({ special, column, title }: { special: Special; column: number; title: string }) {
  const stretches = special.to > HOURS ? [[special.from, HOURS], [0, special.to - HOURS]] : [[special.from, special.to]];
  return stretches.map(([from = 0, to = 0]) => (
    <rect
      key={from}
      className={styles.special}
      data-kind={special.kind}
      x={LEFT + from * column}
      y={TOP - 4}
      width={Math.max((to - from) * column, 2)}
      height={PLOT + 4}
    >
      <title>{title}</title>
    </rect>
  ));
}
