/** The result by group, agent and rule. */
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { goTo } from '../editor/go-to';
import type { AgentKpi } from '../generated/types/AgentKpi';
import type { GroupKpi } from '../generated/types/GroupKpi';
import type { IntentKpi } from '../generated/types/IntentKpi';
import type { RuleHits } from '../generated/types/RuleHits';
import { Card } from './card';
import { count, duration, percent } from './format';
import styles from './tables.module.css';

/** Rows shown before "all" is asked for. */
const ROWS = 8;

export function GroupTable({ groups }: { groups: readonly GroupKpi[] }) {
  const { t, i18n } = useTranslation();
  const served = groups.filter(({ figures }) => figures.conversations > 0);
  return (
    <Card title={t('simulate.groupsTitle')}>
      <table className={styles.table} data-testid="groups">
        <thead>
          <tr>
            <th>{t('simulate.group')}</th>
            <th title={t('simulate.conversations')}>{t('simulate.chats')}</th>
            <th className={styles.wide}>{t('simulate.kpi.service_level')}</th>
            <th>{t('simulate.kpi.wait_p50')}</th>
            <th>P90</th>
            <th>{t('simulate.kpi.abandonment')}</th>
            <th>{t('simulate.kpi.fallback')}</th>
            <th>{t('simulate.queueMax')}</th>
          </tr>
        </thead>
        <tbody>
          {served.map(({ group, name, figures, queue_max, target_wait_ms }) => (
            <tr key={group}>
              <th scope="row">{name}</th>
              <td>{count(figures.conversations, i18n.language)}</td>
              <td title={`≤ ${duration(target_wait_ms, t)}`}>
                <Bar share={figures.service_level} tone={figures.service_level >= 0.8 ? 'good' : figures.service_level >= 0.6 ? 'warn' : 'bad'}>
                  {percent(figures.service_level, 0)}
                </Bar>
              </td>
              <td>{duration(figures.wait.ms_p50, t)}</td>
              <td>{duration(figures.wait.ms_p90, t)}</td>
              <td>{percent(figures.abandonment)}</td>
              <td>{percent(figures.fallback_share)}</td>
              <td>{queue_max}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}

/** What visitors wanted, and where they were sent instead of to the right group. */
export function IntentTable({ intents, groups }: { intents: readonly IntentKpi[]; groups: readonly GroupKpi[] }) {
  const { t, i18n } = useTranslation();
  const nameOf = (slug: string | null) =>
    slug === null ? t('simulate.noGroup') : (groups.find(({ group }) => group === slug)?.name ?? slug);
  const known = intents.filter(({ group, conversations }) => group !== null && conversations > 0);
  if (known.length === 0) return null;
  return (
    <Card title={t('simulate.intentsTitle')}>
      <table className={styles.table} data-testid="intents">
        <thead>
          <tr>
            <th>{t('simulate.intent')}</th>
            <th className={styles.text}>{t('simulate.right')}</th>
            <th title={t('simulate.conversations')}>{t('simulate.chats')}</th>
            <th className={styles.wide}>{t('simulate.kpi.misrouted')}</th>
            <th className={styles.text}>{t('simulate.instead')}</th>
          </tr>
        </thead>
        <tbody>
          {known
            .toSorted((a, b) => b.misrouted / b.conversations - a.misrouted / a.conversations)
            .map(({ intent, group, conversations, misrouted, landed }) => (
              <tr key={intent}>
                <th scope="row">{intent}</th>
                <td className={styles.text}>{nameOf(group)}</td>
                <td>{count(conversations, i18n.language)}</td>
                <td>
                  <Bar share={misrouted / conversations} tone={misrouted / conversations <= 0.1 ? 'good' : misrouted / conversations <= 0.25 ? 'warn' : 'bad'}>
                    {percent(misrouted / conversations, 0)}
                  </Bar>
                </td>
                <td className={styles.text}>
                  {misrouted > 0 &&
                    landed
                      .filter((place) => place.group !== group)
                      .slice(0, 2)
                      .map((place) => `${nameOf(place.group)} ${count(place.conversations, i18n.language)}`)
                      .join('　')}
                </td>
              </tr>
            ))}
        </tbody>
      </table>
    </Card>
  );
}

export function AgentTable({ agents }: { agents: readonly AgentKpi[] }) {
  const { t, i18n } = useTranslation();
  const present = agents.filter(({ present_ms }) => present_ms > 0).toSorted((a, b) => b.occupancy - a.occupancy);
  return (
    <Card title={t('simulate.agentsTitle')}>
      <Shortened rows={present}>
        {(rows) => (
          <table className={styles.table}>
            <thead>
              <tr>
                <th>{t('simulate.agent')}</th>
                <th className={styles.wide}>{t('simulate.kpi.occupancy')}</th>
                <th>{t('simulate.load')}</th>
                <th title={t('simulate.conversations')}>{t('simulate.chats')}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map(({ agent, name, occupancy, load_mean, conversations }) => (
                <tr key={agent}>
                  <th scope="row">{name}</th>
                  <td>
                    <Bar share={occupancy}>{percent(occupancy, 0)}</Bar>
                  </td>
                  <td>{load_mean.toFixed(1)}</td>
                  <td>{count(conversations, i18n.language)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Shortened>
    </Card>
  );
}

export function RuleTable({ rules }: { rules: readonly RuleHits[] }) {
  const { t, i18n } = useTranslation();
  const most = Math.max(...rules.map(({ hits }) => hits), 1);
  const byHits = rules.toSorted((a, b) => b.hits - a.hits || a.rule - b.rule);
  return (
    <Card title={t('simulate.rulesTitle')}>
      <Shortened rows={byHits}>
        {(rows) => (
          <table className={styles.table}>
            <thead>
              <tr>
                <th>{t('simulate.rule')}</th>
                <th className={styles.wide}>{t('simulate.rulesTitle')}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map(({ rule, name, file, hits, failures }) => (
                <tr key={rule}>
                  <th scope="row">
                    <button type="button" className={styles.link} onClick={() => goTo(file, null)} title={file}>
                      {name}
                    </button>
                  </th>
                  <td>
                    <Bar share={hits / most}>{count(hits, i18n.language)}</Bar>
                    {failures > 0 && <span className={styles.bad}>{t('simulate.failures', { count: failures })}</span>}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Shortened>
    </Card>
  );
}

interface BarProps {
  share: number;
  tone?: 'good' | 'warn' | 'bad';
  children: ReactNode;
}

function Bar({ share, tone, children }: BarProps) {
  return (
    <span className={styles.bar} data-tone={tone}>
      <i>
        <b style={{ width: `${Math.min(share, 1) * 100}%` }} />
      </i>
      <span>{children}</span>
    </span>
  );
}

/** The first rows, and the others on demand. */
function Shortened<Row>({ rows, children }: { rows: readonly Row[]; children: (rows: readonly Row[]) => ReactNode }) {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  const isLong = rows.length > ROWS + 1;
  return (
    <>
      {children(all || !isLong ? rows : rows.slice(0, ROWS))}
      {isLong && (
        <button type="button" className={styles.more} onClick={() => setAll(!all)} aria-expanded={all}>
          {all ? t('simulate.fewer') : t('simulate.all', { count: rows.length })}
        </button>
      )}
    </>
  );
}
