/** A share of the customers, and the guards that take the candidate back. */
import { Button, Checkbox, InputNumber, Slider } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CanaryGuards } from '../generated/types/CanaryGuards';
import { GUARDS, scaleOf, type Guard } from './guards';
import { step, type Candidate } from './host-rulesets';
import { publishing, usePublishing } from './publishing';
import styles from './publish.module.css';

/** On where nothing is chosen: ten who wait, three minutes of waiting, and shares well above the others'. */
const PROPOSED: CanaryGuards = {
  waiting: 10,
  longest_wait_ms: 180_000,
  online_min: null,
  unanswered: 5,
  fallback_points: 10,
  abandoned_points: 10,
  failures: 5,
};
const SHARE_PROPOSED = 5;

export function CanaryForm({ candidate }: { candidate: Candidate }) {
  const { t } = useTranslation();
  const { isBusy } = usePublishing();
  const runs = candidate.stage === 'canary';
  const [share, setShare] = useState(candidate.canary?.share_percent ?? SHARE_PROPOSED);
  const [guards, setGuards] = useState<CanaryGuards>(candidate.canary?.guards ?? PROPOSED);
  const set = (guard: Guard, value: number | null) => setGuards({ ...guards, [guard]: value });
  const hasGuard = GUARDS.some((guard) => guards[guard] !== null);

  return (
    <div className={styles.canaryForm} data-testid="canary-form">
      <h3>{runs ? t('publish.canary.change') : t('publish.canary.title')}</h3>
      <p className={styles.hint}>{t('publish.canary.why')}</p>
      <label className={styles.share}>
        <span>{t('publish.canary.share', { share })}</span>
        <Slider min={1} max={100} value={share} onChange={setShare} ariaLabelForHandle={t('publish.canary.shareLabel')} />
      </label>
      <ul className={styles.guards}>
        {GUARDS.map((guard) => {
          const value = guards[guard];
          const label = t(`publish.guard.${guard}`);
          return (
            <li key={guard}>
              <Checkbox
                checked={value !== null}
                onChange={({ target }) => set(guard, target.checked ? (PROPOSED[guard] ?? 1) : null)}
              >
                {label}
              </Checkbox>
              <InputNumber
                min={1}
                precision={0}
                disabled={value === null}
                value={value === null ? null : value / scaleOf(guard)}
                onChange={(typed) => set(guard, typed === null ? null : typed * scaleOf(guard))}
                aria-label={label}
              />
            </li>
          );
        })}
      </ul>
      <Button
        type={candidate.stage === 'shadow' ? 'primary' : 'default'}
        disabled={!hasGuard}
        loading={isBusy}
        onClick={() => void publishing.take(() => step(candidate, 'canary', { share_percent: share, guards }))}
        data-testid="step-canary"
      >
        {runs ? t('publish.do.change') : t('publish.do.canary')}
      </Button>
    </div>
  );
}
