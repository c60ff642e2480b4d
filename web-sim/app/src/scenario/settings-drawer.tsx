/** What a scenario says beside arrivals, to be changed without knowing its file: each change is seen in the editor. */
import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Drawer, Input, InputNumber, Select, Slider } from 'antd';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Catalogue } from '../generated/types/Catalogue';
import type { Edit } from '../generated/types/Edit';
import { useWorkspace } from '../workspace/workspace';
import { editScenario } from './edit-scenario';
import { INCIDENT_KINDS, hasSameLines, incidentValue, isOfAgents, readSettings, shareEdits, vipEdits, type IncidentSetting, type LengthSetting } from './settings';
import styles from './settings-drawer.module.css';

/** `30s`, `6m`, `1m30s`: whole numbers, larger unit first. */
const DURATION = /^(\d+d)?(\d+h)?(\d+m)?(\d+s)?(\d+ms)?$/;
const TIME = /^\d{1,2}:\d{2}$/;

type Change = (...edits: Edit[]) => void;

export function SettingsDrawer({ file, onClose }: { file: string; onClose: () => void }) {
  const { t } = useTranslation();
  const { files, checked } = useWorkspace();
  const text = files[file] ?? '';
  const settings = readSettings(text);
  if (!settings) return null;
  // A second "remove" before the first is done would take the line after it.
  const change: Change = (...edits) => void editScenario(file, (now) => (hasSameLines(settings, readSettings(now)) ? edits : []));
  const { intents, patience, returning, vip, contained, breaks, incidents, dispersion } = settings;
  const shares = intents.map(({ share }) => share);
  return (
    <Drawer
      open
      size={560}
      mask={false}
      title={t('scenario.settings.title')}
      onClose={onClose}
      // By itself it leaves Escape to a tooltip that was opened later, though it is hidden again.
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
      }}
      data-testid="scenario-settings"
    >
      <Section title={t('scenario.settings.intents')} hint={t('scenario.settings.intentsHint')}>
        {intents.map(({ name, share, handle }, at) => (
          <div key={at} className={styles.intent}>
            <span className={styles.name}>{name}</span>
            <Share label={t('scenario.settings.shareOf', { name })} value={share} onChange={(next) => change(...shareEdits(shares, at, next))} />
            {handle && <Duration label={t('scenario.settings.handleOf', { name })} length={handle} change={change} />}
          </div>
        ))}
      </Section>
      <Section title={t('scenario.settings.visitors')}>
        <Row label={t('scenario.settings.patience')}>
          {patience ? (
            <Duration label={t('scenario.settings.patience')} length={patience} change={change} />
          ) : (
            <Button size="small" onClick={() => change({ path: ['patience'], value: { mean: '4m', distribution: 'exponential' } })}>
              {t('scenario.settings.forEver')}
            </Button>
          )}
        </Row>
        <Row label={t('scenario.settings.returning')}>
          <Share label={t('scenario.settings.returning')} value={returning} onChange={(value) => change({ path: ['returning'], value })} />
        </Row>
        {[1, 2, 3].map((level) => (
          <Row key={level} label={t('scenario.settings.vip', { level })}>
            <Share
              label={t('scenario.settings.vip', { level })}
              value={vip[level] ?? 0}
              max={1 - vip.slice(1).reduce((sum, share, at) => sum + (at + 1 === level ? 0 : share), 0)}
              onChange={(share) => {
                const levels = Array.from({ length: Math.max(vip.length - 1, level) }, (_, at) => vip[at + 1] ?? 0);
                levels[level - 1] = share;
                change(...vipEdits(levels));
              }}
            />
          </Row>
        ))}
        <Row label={t('scenario.settings.contained')}>
          <Share label={t('scenario.settings.contained')} value={contained} onChange={(value) => change({ path: ['bot', 'contained'], value })} />
        </Row>
      </Section>
      <Section title={t('scenario.settings.dispersion')} hint={t('scenario.settings.dispersionHint')}>
        {(['day', 'stretch'] as const).map((which) => (
          <Row key={which} label={t(`scenario.settings.${which}`)}>
            <Share
              label={t(`scenario.settings.${which}`)}
              value={dispersion?.[which] ?? 0}
              onChange={(value) => change({ path: ['dispersion', which], value })}
            />
          </Row>
        ))}
      </Section>
      <Section
        title={t('scenario.settings.breaks')}
        hint={t('scenario.settings.breaksHint')}
        onAdd={() => change({ path: ['agents', 'breaks', breaks.length], value: { at: '12:00', length: '30m', share: 0.25 } })}
        addLabel={t('scenario.settings.addBreak')}
      >
        {breaks.map(({ at, length, share }, index) => {
          const path = ['agents', 'breaks', index];
          return (
            <div key={index} className={styles.line}>
              <Written label={t('scenario.settings.at')} value={at} pattern={TIME} onChange={(value) => change({ path: [...path, 'at'], value })} />
              <Written label={t('scenario.settings.length')} value={length} pattern={DURATION} onChange={(value) => change({ path: [...path, 'length'], value })} />
              <Share label={t('scenario.settings.shareOfAgents')} value={share} onChange={(value) => change({ path: [...path, 'share'], value })} />
              <Remove onClick={() => change({ path, value: null })} />
            </div>
          );
        })}
      </Section>
      <Section
        title={t('scenario.settings.incidents')}
        hint={t('scenario.settings.incidentsHint')}
        onAdd={() => change({ path: ['incident', incidents.length], value: { at: '10:00', length: '8h', kind: 'agents-drop', share: 0.2 } })}
        addLabel={t('scenario.settings.addIncident')}
      >
        {incidents.map((incident, index) => (
          <Incident key={index} incident={incident} index={index} catalogue={checked?.catalogue ?? null} change={change} />
        ))}
      </Section>
    </Drawer>
  );
}

interface IncidentProps {
  incident: IncidentSetting;
  index: number;
  catalogue: Catalogue | null;
  change: Change;
}

function Incident({ incident, index, catalogue, change }: IncidentProps) {
  const { t } = useTranslation();
  const { at, length, kind, group, channel, share, factor } = incident;
  const path = ['incident', index];
  const channels = catalogue?.channels ?? [];
  // What another kind has no use for goes; what it cannot do without comes.
  const turnInto = (next: IncidentSetting['kind']) => {
    const value = incidentValue({ ...incident, kind: next, channel: next === 'channel-out' ? (channel ?? channels[0]?.slug ?? null) : channel });
    const gone = ['group', 'channel', 'share', 'factor'].filter((field) => !(field in value));
    change(
      ...gone.map((field) => ({ path: [...path, field], value: null })),
      ...Object.entries(value).map(([field, value]) => ({ path: [...path, field], value })),
    );
  };
  const choice = (field: 'group' | 'channel', value: string | null, known: readonly { slug: string; name: string }[], canBeAll: boolean) => (
    <Select
      size="small"
      value={value ?? ''}
      aria-label={t(`scenario.settings.${field}`)}
      onChange={(slug) => change({ path: [...path, field], value: slug === '' ? null : slug })}
      options={[...(canBeAll ? [{ value: '', label: t('scenario.settings.all') }] : []), ...known.map(({ slug, name }) => ({ value: slug, label: name }))]}
      popupMatchSelectWidth={false}
    />
  );
  return (
    <div className={styles.line}>
      <Select
        size="small"
        value={kind}
        aria-label={t('scenario.settings.kind')}
        onChange={turnInto}
        options={INCIDENT_KINDS.map((value) => ({ value, label: t(`scenario.settings.kinds.${value}`) }))}
        popupMatchSelectWidth={false}
      />
      <Written label={t('scenario.settings.at')} value={at} pattern={/./} onChange={(value) => change({ path: [...path, 'at'], value })} />
      <Written label={t('scenario.settings.length')} value={length} pattern={DURATION} onChange={(value) => change({ path: [...path, 'length'], value })} />
      {isOfAgents(kind) && choice('group', group, catalogue?.groups ?? [], true)}
      {!isOfAgents(kind) && choice('channel', channel, channels, kind === 'surge')}
      {isOfAgents(kind) && <Share label={t('scenario.settings.shareOfAgents')} value={share ?? 0} onChange={(value) => change({ path: [...path, 'share'], value })} />}
      {kind === 'surge' && (
        <InputNumber
          size="small"
          min={0}
          max={1000}
          step={0.5}
          value={factor ?? 1}
          prefix="×"
          aria-label={t('scenario.settings.factor')}
          className={styles.number ?? ''}
          onChange={(value) => value !== null && change({ path: [...path, 'factor'], value })}
        />
      )}
      <Remove onClick={() => change({ path, value: null })} />
    </div>
  );
}

interface SectionProps {
  title: string;
  hint?: string;
  addLabel?: string;
  onAdd?: () => void;
  children: ReactNode;
}

function Section({ title, hint, addLabel, onAdd, children }: SectionProps) {
  return (
    <section className={styles.section}>
      <header>
        <h3>{title}</h3>
        {onAdd && (
          <Button size="small" type="text" icon={<PlusOutlined />} onClick={onAdd}>
            {addLabel}
          </Button>
        )}
      </header>
      {hint !== undefined && <p className={styles.hint}>{hint}</p>}
      {children}
    </section>
  );
}

function Row({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className={styles.row}>
      <span>{label}</span>
      {children}
    </div>
  );
}

/** A share, drawn or typed. The file changes when the pointer is let go. */
function Share({ label, value, max = 1, onChange }: { label: string; value: number; max?: number; onChange: (value: number) => void }) {
  const [draft, setDraft] = useState<number | null>(null);
  const percent = (share: number) => Math.round(share * 1000) / 10;
  const most = percent(Math.max(max, value));
  return (
    <span className={styles.share}>
      <Slider
        min={0}
        max={most}
        step={0.5}
        value={draft ?? percent(value)}
        onChange={setDraft}
        onChangeComplete={(next) => {
          setDraft(null);
          onChange(next / 100);
        }}
        ariaLabelForHandle={label}
        // Its number stands beside it.
        tooltip={{ formatter: null }}
      />
      <InputNumber
        size="small"
        min={0}
        max={most}
        step={1}
        suffix="%"
        value={draft ?? percent(value)}
        aria-label={label}
        className={styles.number ?? ''}
        onChange={(next) => next !== null && onChange(Math.round(next * 100) / 10_000)}
      />
    </span>
  );
}

function Duration({ label, length, change }: { label: string; length: LengthSetting; change: Change }) {
  return <Written label={label} value={length.mean} pattern={DURATION} onChange={(value) => change({ path: length.path, value })} />;
}

/** A time of day or a length, as the file has it: taken when it is left, if it can be one. */
function Written({ label, value, pattern, onChange }: { label: string; value: string; pattern: RegExp; onChange: (value: string) => void }) {
  const [draft, setDraft] = useState<string | null>(null);
  const isBad = draft !== null && (draft === '' || !pattern.test(draft));
  const take = () => {
    if (draft !== null && !isBad && draft !== value) onChange(draft);
    setDraft(null);
  };
  return (
    <Input
      size="small"
      value={draft ?? value}
      status={isBad ? 'error' : ''}
      aria-label={label}
      aria-invalid={isBad}
      className={styles.written ?? ''}
      onChange={(event) => setDraft(event.target.value)}
      onBlur={take}
      onPressEnter={take}
    />
  );
}

function Remove({ onClick }: { onClick: () => void }) {
  const { t } = useTranslation();
  return <Button size="small" type="text" icon={<DeleteOutlined />} aria-label={t('scenario.settings.remove')} onClick={onClick} />;
}
