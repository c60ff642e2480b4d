/** Figures of both sides with their differences. */
import { CheckCircleFilled, FileSearchOutlined, MinusOutlined, QuestionOutlined, SwapOutlined, WarningFilled } from '@ant-design/icons';
import { Button, Tooltip } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Difference } from '../generated/types/Difference';
import type { Verdict } from '../generated/types/Verdict';
import tables from '../simulate/tables.module.css';
import styles from './difference-table.module.css';
import { figure, withInterval } from './format';
import { IntervalMark } from './interval-mark';

/** Never by colour alone. */
const ICONS: Record<Verdict, ReactNode> = {
  better: <CheckCircleFilled />,
  worse: <WarningFilled />,
  different: <SwapOutlined />,
  same: <MinusOutlined />,
  unclear: <QuestionOutlined />,
};

interface DifferenceTableProps {
  differences: readonly Difference[];
  /** What stands in the first column. */
  name: (difference: Difference) => string;
  testId: string;
  /** Asks which change made a figure worse. */
  onBlame?: (difference: Difference) => void;
}

export function DifferenceTable({ differences, name, testId, onBlame }: DifferenceTableProps) {
  const { t } = useTranslation();
  return (
    <table className={`${tables.table} ${styles.table}`} data-testid={testId}>
      <thead>
        <tr>
          <th>{t('compare.figure')}</th>
          <th>{t('compare.before')}</th>
          <th>{t('compare.after')}</th>
          <th>{t('compare.difference')}</th>
          <th>{t('compare.interval')}</th>
          <th className={tables.text}>{t('compare.meaning')}</th>
        </tr>
      </thead>
      <tbody>
        {differences.map((told) => {
          const { measure, group, live, candidate, difference, verdict } = told;
          const tone = verdict === 'better' || verdict === 'worse' ? verdict : 'neutral';
          const shown = withInterval(told, t);
          return (
            <tr key={`${group ?? ''} ${measure}`} data-verdict={verdict} data-measure={measure}>
              <th scope="row">{name(told)}</th>
              <td>{figure(measure, live, t)}</td>
              <td>{figure(measure, candidate, t)}</td>
              <td className={styles.difference}>{shown}</td>
              <td>
                {verdict !== 'same' && <IntervalMark mean={difference.mean} halfWidth={difference.half_width} tone={tone} label={shown} />}
              </td>
              <td className={`${tables.text} ${styles.verdict}`} data-verdict={verdict}>
                {ICONS[verdict]} {t(`compare.verdict.${verdict}`)}
                {verdict === 'worse' && onBlame && (
                  <Tooltip title={t('blame.ask')}>
                    <Button
                      type="text"
                      size="small"
                      icon={<FileSearchOutlined />}
                      aria-label={`${t('blame.ask')} ${name(told)}`}
                      onClick={() => onBlame(told)}
                      data-testid="ask-blame"
                    />
                  </Tooltip>
                )}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
