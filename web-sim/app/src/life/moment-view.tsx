/** One moment: what happened, what the rules read and said, who could have taken it, and what would have been different. */
import { useTranslation } from 'react-i18next';
import type { DecisionTold } from '../generated/types/DecisionTold';
import type { Life } from '../generated/types/Life';
import { Card } from '../simulate/card';
import { duration } from '../simulate/format';
import { Candidates, RulesTrace } from '../visitor/trace';
import { KeepDecision } from './keep-decision';
import styles from './life.module.css';
import { LitRules } from './lit-rules';
import { causeOf, eventOf } from './told';
import { WhyNot } from './why-not';

interface MomentViewProps {
  life: Life;
  moment: number;
  clock: (at: number) => string;
}

export function MomentView({ life, moment, clock }: MomentViewProps) {
  const { t } = useTranslation();
  const told = life.moments[moment];
  if (!told) return null;
  const happened = told.events.map((event) => eventOf(event, t)).filter((event) => event !== null);
  const placement = told.decisions.findLastIndex(({ step }) => step.kind === 'placement');
  const hasRules = told.decisions.some(({ step }) => step.kind === 'rules' && step.plan !== null);
  return (
    <div className={styles.moment} data-testid="moment-view">
      <Card
        title={`${clock(told.at)} · ${causeOf(told.cause, t)}`}
        aside={hasRules && <KeepDecision life={life} moment={moment} />}
      >
        {happened.length > 0 && (
          <ul className={styles.happened}>
            {happened.map(({ text, tone }, at) => (
              <li key={at} data-tone={tone}>
                {text}
              </li>
            ))}
          </ul>
        )}
        <GroupsThen decisions={told.decisions} />
        {told.decisions.length === 0 && <p className={styles.note}>{t('life.nothingDecided')}</p>}
      </Card>
      {told.decisions.map(({ step }, decision) =>
        step.kind === 'rules' ? (
          <div key={decision} className={styles.decision}>
            {step.rules.length > 0 && <RulesTrace rules={step.rules} />}
            {step.rules.length > 0 && <LitRules decision={{ moment, decision }} />}
          </div>
        ) : (
          step.tries.length > 0 && <Candidates key={decision} placement={step} />
        ),
      )}
      {placement >= 0 && <WhyNot decision={{ moment, decision: placement }} clock={clock} />}
    </div>
  );
}

/** The numbers of the groups that the decisions are about, each once, as the last decision saw them. */
function GroupsThen({ decisions }: { decisions: readonly DecisionTold[] }) {
  const { t } = useTranslation();
  const groups = new Map(decisions.flatMap(({ groups }) => groups).map((then) => [then.group.slug, then]));
  if (groups.size === 0) return null;
  return (
    <ul className={styles.groups} aria-label={t('life.groups')} data-testid="groups-then">
      {[...groups.values()].map(({ group, facts }) => (
        <li key={group.slug}>
          {t('life.group', { group: group.name, waiting: facts.waiting, open: facts.open, online: facts.online, available: facts.available })}
          {facts.waiting > 0 && ` · ${t('life.expected', { time: duration(facts.expected_wait_ms, t) })}`}
        </li>
      ))}
    </ul>
  );
}
