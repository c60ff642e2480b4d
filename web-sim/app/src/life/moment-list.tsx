/** The moments of a life, in order: what set each off, and where it came to. */
import { useTranslation } from 'react-i18next';
import type { Life } from '../generated/types/Life';
import styles from './life.module.css';
import { causeOf, resultOf } from './told';

interface MomentListProps {
  life: Life;
  moment: number;
  clock: (at: number) => string;
  onLook: (moment: number) => void;
}

export function MomentList({ life, moment, clock, onLook }: MomentListProps) {
  const { t } = useTranslation();
  return (
    <nav className={styles.moments} aria-label={t('life.moments')}>
      <ol>
        {life.moments.map((one, at) => {
          const result = resultOf(one, t);
          const cause = causeOf(one.cause, t);
          return (
            <li key={at}>
              <button type="button" aria-current={at === moment ? 'step' : undefined} onClick={() => onLook(at)} data-testid="moment" data-cause={one.cause.kind}>
                <time>{clock(one.at)}</time>
                <span>{cause}</span>
                {result && result.text !== cause && <b data-tone={result.tone}>{result.text}</b>}
              </button>
            </li>
          );
        })}
      </ol>
      {life.left_out > 0 && <p className={styles.note}>{t('life.leftOut', { count: life.left_out })}</p>}
      {life.ended_at === null && <p className={styles.note}>{t('life.stillThere')}</p>}
    </nav>
  );
}
