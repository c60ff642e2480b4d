/** What the candidate would have decided otherwise, as long as it decides in silence. */
import { Alert, Table, Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Catalogue } from '../generated/types/Catalogue';
import { useWorkspace } from '../workspace/workspace';
import type { Decided, Differences } from './host-rulesets';
import { nameOf, planWords } from './plan-words';
import styles from './publish.module.css';

function Plan({ side, other, names }: { side: Decided; other: Decided; names: Catalogue | null }) {
  const { t } = useTranslation();
  const words = planWords(side, other, names, t);
  if (!words) return '–';
  return (
    <>
      <strong>{words.target}</strong>
      {words.rules.length > 0 && <span className={styles.because}> ← {words.rules.join(t('analysis.and'))}</span>}
      {words.asks.length > 0 && <div className={styles.because}>{words.asks.join(' · ')}</div>}
    </>
  );
}

export function ShadowView({ differences }: { differences: Differences | undefined }) {
  const { t, i18n } = useTranslation();
  const names = useWorkspace().checked?.catalogue ?? null;
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
          <Tag key={rule}>{t('publish.shadow.rule', { rule: nameOf(names, 'rules', rule), live, candidate })}</Tag>
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
            { title: t('publish.shadow.live'), key: 'live', width: 170, render: (_, row) => <Plan side={row.live} other={row.candidate} names={names} /> },
            { title: t('publish.shadow.candidate'), key: 'candidate', render: (_, row) => <Plan side={row.candidate} other={row.live} names={names} /> },
          ]}
        />
      )}
    </div>
  );
}
