/** The changes under which a decision would have gone otherwise: tried by the engine, told as far as they did it. */
import { Spin } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DecisionId } from '../generated/types/DecisionId';
import type { Goal } from '../generated/types/Goal';
import type { WhatIf as Found } from '../generated/types/WhatIf';
import styles from './life.module.css';
import { lives } from './life-store';
import { changeOf, fateOf } from './told';

interface WhatIfProps {
  decision: DecisionId;
  goal: Goal;
  /** Of the agent who is asked about. */
  name: string | null;
}

export function WhatIf({ decision: { moment, decision }, goal, name }: WhatIfProps) {
  const { t } = useTranslation();
  const [found, setFound] = useState<Found | null>(null);
  const asked = JSON.stringify(goal);
  useEffect(() => {
    let isGone = false;
    setFound(null);
    void lives.whatIf({ moment, decision }, JSON.parse(asked) as Goal).then((found) => !isGone && setFound(found)).catch(() => undefined);
    return () => {
      isGone = true;
    };
  }, [moment, decision, asked]);
  return (
    <div className={styles.whatIf} aria-live="polite" data-testid="what-if" data-done={found !== null}>
      {!found && (
        <p>
          <Spin size="small" /> {t('life.why.asking')}
        </p>
      )}
      {found && <Answer found={found} name={name} />}
    </div>
  );
}

function Answer({ found: { otherwise, without_rules, blocked, trials }, name }: { found: Found; name: string | null }) {
  const { t } = useTranslation();
  return (
    <>
      {otherwise.length > 0 && <p>{name === null ? t('life.whatIf.anybodyTitle') : t('life.whatIf.forAgent', { agent: name })}</p>}
      {otherwise.length > 0 && (
        <ul data-testid="otherwise">
          {otherwise.map(({ changes, fate }, at) => {
            const came = fateOf(fate, t);
            return (
              <li key={at}>
                <b>{changes.map((change) => changeOf(change, t)).join(t('life.whatIf.and'))}</b>
                {name === null && <span data-tone={came.tone}> → {came.text}</span>}
              </li>
            );
          })}
        </ul>
      )}
      {otherwise.length === 0 && <p>{blocked === null ? t('life.whatIf.none', { trials }) : t('life.whatIf.blocked', { reason: t(`words.reason.${blocked}`) })}</p>}
      {without_rules.length > 0 && (
        <ul data-testid="without-rules">
          {without_rules.map(({ rule, fate, differs }) => {
            const came = fateOf(fate, t);
            return (
              <li key={rule.slug}>
                {t('life.whatIf.without', { rule: rule.name })}: <span data-tone={differs ? came.tone : 'plain'}>{differs ? came.text : t('life.whatIf.same')}</span>
              </li>
            );
          })}
        </ul>
      )}
      <small>{t('life.whatIf.trials', { trials })}</small>
    </>
  );
}
