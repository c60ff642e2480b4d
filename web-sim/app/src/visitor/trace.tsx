/** The trace in full: every rule in its order, then every group asked and every agent refused. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { goTo } from '../editor/go-to';
import { Quoted } from '../shell/quoted';
import type { EffectTold } from '../generated/types/EffectTold';
import type { PlacementTold } from '../generated/types/PlacementTold';
import type { RuleKind } from '../generated/types/RuleKind';
import type { RuleTold } from '../generated/types/RuleTold';
import type { TryTold } from '../generated/types/TryTold';
import { bytes } from '../modules/format';
import { moduleFile } from '../modules/naming';
import { Card } from '../simulate/card';
import { count } from '../simulate/format';
import styles from './trace.module.css';

export function RulesTrace({ rules }: { rules: readonly RuleTold[] }) {
  const { t, i18n } = useTranslation();
  const [all, setAll] = useState(false);
  const isOfInterest = ({ outcome }: RuleTold) => outcome.kind === 'matched' || outcome.kind === 'failed' || outcome.kind === 'breaker-open';
  const matched = rules.filter(isOfInterest);
  const spent = (kind: RuleKind) => rules.reduce((sum, rule) => (rule.kind === kind ? sum + rule.cost : sum), 0);
  const [operations, fuel] = [spent('script'), spent('module')];
  const others = rules.length - matched.length;

  return (
    <Card
      title={t('visitor.rulesTitle')}
      aside={[
        t('visitor.rulesSummary', { all: rules.length, matched: matched.length }),
        operations > 0 ? t('visitor.operationsSummary', { operations: count(operations, i18n.language) }) : '',
        fuel > 0 ? t('visitor.fuelSummary', { fuel: count(fuel, i18n.language) }) : '',
      ].join('')}
    >
      <ol className={styles.rules} data-testid="rules">
        {(all ? rules : matched).map((rule) => (
          <li key={rule.rule.slug}>
            <Rule told={rule} />
          </li>
        ))}
      </ol>
      {others > 0 && (
        <button type="button" className={styles.more} onClick={() => setAll(!all)} aria-expanded={all}>
          {all ? t('visitor.hideOthers') : t('visitor.showOthers', { count: others })}
        </button>
      )}
    </Card>
  );
}

function Rule({ told }: { told: RuleTold }) {
  const { t, i18n } = useTranslation();
  const { rule, order, file, kind, outcome, matched, effects, cost, memory_bytes, log } = told;
  const because =
    outcome.kind === 'guard-failed'
      ? t('visitor.guardFailed', { condition: outcome.condition })
      : outcome.kind === 'stopped'
        ? t('visitor.stoppedBy', { rule: outcome.by.name })
        : outcome.kind === 'failed'
          ? t('visitor.failed', { kind: t(`words.failure.${outcome.failure.kind}`), message: outcome.failure.message })
          : outcome.kind === 'matched'
            ? null
            : t(`visitor.outcome.${outcome.kind}`);

  return (
    <div className={styles.rule} data-outcome={outcome.kind} data-rule={rule.slug}>
      <span className={styles.order}>{order}</span>
      <div className={styles.body}>
        <div className={styles.title}>
          <button type="button" onClick={() => goTo(kind === 'module' ? moduleFile(file) : file, null)} title={file}>
            {rule.name}
          </button>
          {kind !== 'keyword' && <span className={styles.kind}>{t(`words.kind.${kind}`)}</span>}
          {matched.map(({ keyword, text }) => (
            <mark key={keyword} title={keyword}>
              {text}
            </mark>
          ))}
          {because !== null && (
            <span className={styles.because}>
              <Quoted text={because} />
            </span>
          )}
          {cost > 0 && (
            <span className={styles.cost} data-testid="cost">
              {t(kind === 'module' ? 'visitor.fuel' : 'visitor.ops', { amount: count(cost, i18n.language) })}
              {memory_bytes > 0 && ` · ${bytes(memory_bytes)}`}
            </span>
          )}
        </div>
        {effects.length > 0 && (
          <ul className={styles.effects}>
            {effects.map((effect, at) => (
              <li key={at}>
                <Effect told={effect} />
              </li>
            ))}
          </ul>
        )}
        {log.map((line, at) => (
          <code key={at} className={styles.log}>
            {line}
          </code>
        ))}
      </div>
    </div>
  );
}

function Effect({ told: { effect, value, overridden_by } }: { told: EffectTold }) {
  const { t } = useTranslation();
  return (
    <span className={styles.effect} data-overridden={overridden_by !== null}>
      <span>{t(`words.effect.${effect}`)}</span>
      {value !== null && <b>{value}</b>}
      {overridden_by && <em>{t('visitor.overriddenBy', { rule: overridden_by.name })}</em>}
    </span>
  );
}

export function Candidates({ placement, aside }: { placement: PlacementTold | null; aside?: string }) {
  const { t } = useTranslation();
  if (!placement || placement.tries.length === 0) return null;
  const picked = placement.outcome.kind === 'assigned' ? placement.outcome : null;
  return (
    <Card title={t('visitor.candidatesTitle')} aside={aside}>
      {placement.tries.map((asked) => (
        <Try
          key={asked.group.slug}
          told={asked}
          picked={picked?.agent.slug ?? null}
          why={picked && picked.group.slug === asked.group.slug ? t(`words.assignedBy.${picked.why}`) : null}
        />
      ))}
    </Card>
  );
}

function Try({ told, picked, why }: { told: TryTold; picked: string | null; why: string | null }) {
  const { t } = useTranslation();
  const { group, strategy, candidates, considered, refused, group_reason } = told;
  return (
    <div className={styles.try} data-testid="candidates">
      <div className={styles.title}>
        <strong>{group.name}</strong>
        <span className={styles.because}>{t(`words.strategy.${strategy}`)}</span>
        <span className={styles.because}>{t('visitor.candidates', { all: candidates, eligible: considered.length })}</span>
        {group_reason && <span className={styles.reason}>{t(`words.reason.${group_reason}`)}</span>}
      </div>
      {considered.length > 0 && (
        <ul className={styles.effects}>
          {considered.map(({ agent, tier }) => (
            <li key={agent.slug}>
              <span className={styles.effect} data-picked={agent.slug === picked}>
                <b>{agent.name}</b>
                <span>{t('visitor.tier', { tier })}</span>
                {agent.slug === picked && <em>{why ?? t('visitor.picked')}</em>}
              </span>
            </li>
          ))}
        </ul>
      )}
      {refused.map(({ reason, code, count: many, agents }) => (
        <div key={reason} className={styles.refused}>
          <span className={styles.order}>{many}</span>
          <span>{t(`words.reason.${reason}`)}</span>
          <code>{code}</code>
          <span className={styles.because}>
            {agents.map(({ name }) => name).join(' · ')}
            {many > agents.length && ` ${t('visitor.refusedMore', { count: many })}`}
          </span>
        </div>
      ))}
    </div>
  );
}
