/** What the candidate would have decided otherwise, as long as it decides in silence. */
import { Alert, Table, Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Decided, Differences } from './host-rulesets';
import styles from './publish.module.css';

/** A plan in a few words: its target, and what else it asks for. */
function planWords({ plan, rules }: Decided): string {
  if (plan === null) return '–';
  const parts = Object.entries(plan)
    .filter(([, value]) => value !== null && value !== 0 && !(Array.isArray(value) && value.length === 0))
    .map(([name, value]) => {
      const said = typeof value === 'string' ? value : JSON.stringify(value).replaceAll(/[{}"[\]]/g, '');
      return name === 'target' ? said : `${name}: ${said}`;
    });
  return [...parts, rules.length > 0 ? `← ${rules.join(', ')}` : ''].filter(Boolean).join(' · ');
}

export function ShadowView({ differences }: { differences: Differences | undefined }) {
  const { t, i18n } = useTranslation();
  if (!differences) return null;
  const { decisions, differing, examples, rules, switched_off } = differences;
  const share = decisions > 0 ? ((100 * differing) / decisions).toFixed(1) : '0';
  const time = new Intl.DateTimeFormat(i18n.language, { timeStyle: 'medium' });
  return (
    <div className={styles.block} data-testid="shadow" data-decisions={decisions} data-differing={differing}>
      <h3>{t('publish.shadow.told', { decisions, differing, share })}</h3>
      {switched_off.length > 0 && <Alert type="warning" showIcon title={t('publish.shadow.off', { rules: switched_off.join(', ') })} />}
      <div className={styles.tags}>
        {Object.entries(rules).map(([rule, { live, candidate }]) => (
          <Tag key={rule}>{t('publish.shadow.rule', { rule, live, candidate })}</Tag>
        ))}
      </div>
      {examples.length > 0 && (
        <Table
          size="small"
          rowKey={(row) => `${row.conversation}-${row.at}`}
          pagination={{ pageSize: 8, hideOnSinglePage: true }}
          dataSource={[...examples]}
          columns={[
            { title: t('publish.shadow.conversation'), dataIndex: 'conversation', width: 90 },
            { title: t('publish.shadow.at'), key: 'at', width: 90, render: (_, row) => time.format(new Date(row.at)) },
            { title: t('publish.shadow.live'), key: 'live', render: (_, row) => planWords(row.live) },
            { title: t('publish.shadow.candidate'), key: 'candidate', render: (_, row) => planWords(row.candidate) },
          ]}
        />
      )}
    </div>
  );
}
