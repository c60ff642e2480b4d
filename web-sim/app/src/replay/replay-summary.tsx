/** How true a replay is: the recording under its own rules, the candidate asked on the desk as it was, and what had to be supposed. */
import { CheckCircleFilled, WarningFilled } from '@ant-design/icons';
import { useTranslation } from 'react-i18next';
import type { ReplayTold } from '../generated/types/ReplayTold';
import type { Supposed } from '../generated/types/Supposed';
import { Card } from '../simulate/card';
import { count, percent } from '../simulate/format';
import { decidedByName, destinationName, type Names } from '../compare/format';
import styles from './replay.module.css';

const WAYS_MAX = 6;
/** Everything that may have been supposed, the weightiest first. */
const SUPPOSED = ['other_agent', 'handle_drawn', 'left', 'away_drawn', 'not_given_back', 'said_too_late', 'senseless', 'not_published'] as const satisfies readonly (keyof Supposed)[];

export function ReplaySummary({ replayed, names, zone }: { replayed: ReplayTold; names: Names; zone: string }) {
  const { t, i18n } = useTranslation();
  const { verified, asked, told } = replayed;
  const number = (value: number) => count(value, i18n.language);
  const { supposed } = told.pair;
  const clock = new Intl.DateTimeFormat(i18n.language === 'en' ? 'en-GB' : 'zh-CN', {
    timeZone: zone,
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  });
  const isTrue = verified.differing === 0;
  return (
    <Card title={t('replay.truthTitle')}>
      <p className={styles.line} data-testid="verified" data-differing={verified.differing} data-decisions={verified.decisions}>
        {isTrue ? <CheckCircleFilled className={styles.good ?? ''} /> : <WarningFilled className={styles.warn ?? ''} />}
        <span>
          {t(isTrue ? 'replay.verified' : 'replay.differing', {
            decisions: number(verified.decisions),
            events: number(verified.events),
            differing: number(verified.differing),
          })}
        </span>
      </p>
      {asked ? (
        <>
          <p className={styles.line} data-testid="asked" data-differing={asked.differing}>
            {t('replay.asked', {
              decisions: number(asked.decisions),
              differing: number(asked.differing),
              conversations: number(asked.conversations),
              share: percent(asked.conversations / Math.max(verified.conversations, 1)),
            })}
          </p>
          <ul className={styles.ways}>
            {asked.ways.slice(0, WAYS_MAX).map((way) => (
              <li key={JSON.stringify([way.by, way.from, way.to])}>
                <b>{number(way.conversations)}</b> {destinationName(way.from, names, t)} → {destinationName(way.to, names, t)}{' '}
                <span className={styles.muted}>{t('compare.because', { by: decidedByName(way.by, names, t) })}</span>
              </li>
            ))}
          </ul>
        </>
      ) : (
        <p className={styles.line}>{t('replay.notAsked')}</p>
      )}
      {supposed && (
        <div data-testid="supposed" data-in-step={supposed.out_of_step_at === null}>
          <p className={styles.line}>
            {supposed.out_of_step_at === null
              ? t('replay.inStep')
              : t('replay.outOfStep', { at: clock.format(supposed.out_of_step_at) })}
          </p>
          <ul className={styles.ways}>
            {SUPPOSED.filter((what) => supposed[what] > 0).map((what) => (
              <li key={what}>
                <b>{number(supposed[what])}</b> {t(`replay.supposed.${what}`)}
              </li>
            ))}
          </ul>
          {supposed.out_of_step_at !== null && <p className={`${styles.line} ${styles.muted}`}>{t('replay.untouched')}</p>}
        </div>
      )}
    </Card>
  );
}
