/** What the calls of scripts and modules cost, and how that is spread. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { goTo } from '../editor/go-to';
import type { RuleCost } from '../generated/types/RuleCost';
import type { RuleHits } from '../generated/types/RuleHits';
import type { RuleKind } from '../generated/types/RuleKind';
import { bytes } from '../modules/format';
import { moduleFile } from '../modules/naming';
import { Card } from './card';
import { CostChart } from './cost-chart';
import { compact, count } from './format';
import { merged } from './spread';
import styles from './cost-table.module.css';
import tables from './tables.module.css';

/** Steps of the small picture in a row. */
const STEPS = 24;

interface CostTableProps {
  rules: readonly RuleHits[];
  /** What the rule in a file is written in. */
  kindOf: (file: string) => RuleKind | undefined;
}

export function CostTable({ rules, kindOf }: CostTableProps) {
  const { t, i18n } = useTranslation();
  const [picked, setPicked] = useState<string | null>(null);
  const rows = rules
    .flatMap(({ cost, ...rule }) => (cost ? [{ ...rule, cost, kind: kindOf(rule.file) }] : []))
    .toSorted((a, b) => b.cost.calls * b.cost.cost_mean - a.cost.calls * a.cost.cost_mean || a.rule - b.rule);
  if (rows.length === 0) return null;
  const shown = rows.find(({ file }) => file === picked) ?? rows[0];
  const ofCalls = ({ calls }: RuleCost, value: number) => (calls === 0 ? '' : compact(value, i18n.language));

  return (
    <Card title={t('simulate.cost.title')} aside={t('simulate.cost.aside')}>
      <table className={tables.table} data-testid="costs">
        <thead>
          <tr>
            <th>{t('simulate.rule')}</th>
            <th>{t('simulate.cost.calls')}</th>
            <th>{t('simulate.cost.failed')}</th>
            <th className={`${tables.text ?? ''} ${styles.spread ?? ''}`}>{t('simulate.cost.spread')}</th>
            <th>{t('simulate.cost.p50')}</th>
            <th>P99</th>
            <th>{t('simulate.cost.max')}</th>
            <th>{t('simulate.cost.memory')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ rule, name, file, kind, cost }) => (
            <tr key={rule} data-rule={file}>
              <th scope="row">
                <button
                  type="button"
                  className={tables.link}
                  onClick={() => goTo(kind === 'module' ? moduleFile(file) : file, null)}
                  title={file}
                >
                  {name}
                </button>
              </th>
              <td>{count(cost.calls, i18n.language)}</td>
              <td>
                <Failed cost={cost} />
              </td>
              <td>
                <button
                  type="button"
                  className={styles.pick}
                  aria-pressed={file === shown?.file}
                  aria-label={t('simulate.cost.chart', { rule: name })}
                  onClick={() => setPicked(file)}
                >
                  <Spread cost={cost} kind={kind} />
                </button>
              </td>
              <td>{ofCalls(cost, cost.cost_p50)}</td>
              <td>{ofCalls(cost, cost.cost_p99)}</td>
              <td title={count(cost.cost_max, i18n.language)}>{ofCalls(cost, cost.cost_max)}</td>
              <td>{cost.memory_bytes_max > 0 ? bytes(cost.memory_bytes_max) : ''}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {shown && shown.cost.calls > 0 && (
        <div className={styles.chart} data-testid="cost-chart" data-rule={shown.file}>
          <p className={styles.caption}>
            {shown.name} · {t(shown.kind === 'module' ? 'simulate.cost.perCallFuel' : 'simulate.cost.perCallOperations')}
          </p>
          <CostChart name={shown.name} cost={shown.cost} unit={shown.kind === 'module' ? 'fuel' : 'operations'} />
        </div>
      )}
    </Card>
  );
}

/** How many calls failed, and how. */
export function Failed({ cost }: { cost: RuleCost }) {
  const { t, i18n } = useTranslation();
  const failed = cost.failed.reduce((sum, { count }) => sum + count, 0);
  if (failed === 0) return 0;
  const how = cost.failed.map(({ kind, count: many }) => `${t(`words.failure.${kind}`)} ${count(many, i18n.language)}`);
  return (
    <span className={styles.failed} title={how.join(', ')}>
      {count(failed, i18n.language)}
    </span>
  );
}

function Spread({ cost, kind }: { cost: RuleCost; kind: RuleKind | undefined }) {
  const bars = merged(cost.spread, STEPS);
  const most = Math.max(...bars.map(({ calls }) => calls), 1);
  return (
    <svg viewBox={`0 0 ${STEPS * 4} 18`} preserveAspectRatio="xMinYMid" className={styles.picture} data-kind={kind} aria-hidden="true">
      {bars.map(({ calls }, at) => {
        const height = calls === 0 ? 0 : Math.max((calls / most) * 17, 1.5);
        return <rect key={at} x={at * 4} y={18 - height} width={3} height={height} />;
      })}
    </svg>
  );
}
