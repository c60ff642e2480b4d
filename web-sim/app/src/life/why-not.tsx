/** Why not somebody else: every agent of the tenant with the first condition that said no, and what it would have taken. */
import { Button, Input, Spin } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DecisionId } from '../generated/types/DecisionId';
import type { Goal } from '../generated/types/Goal';
import type { StandingTold } from '../generated/types/StandingTold';
import type { Why } from '../generated/types/Why';
import { waited } from '../floor/clock';
import { Card } from '../simulate/card';
import styles from './life.module.css';
import { lives } from './life-store';
import { readOf } from './told';
import { WhatIf } from './what-if';

/** Rows before a search. */
const ROWS = 40;

interface WhyNotProps {
  decision: DecisionId;
  clock: (at: number) => string;
}

export function WhyNot({ decision: { moment, decision }, clock }: WhyNotProps) {
  const { t } = useTranslation();
  const [why, setWhy] = useState<Why | null>(null);
  const [search, setSearch] = useState('');
  const [goal, setGoal] = useState<Goal | null>(null);
  useEffect(() => {
    let isGone = false;
    void lives.why({ moment, decision }, search).then((why) => !isGone && setWhy(why)).catch(() => undefined);
    return () => {
      isGone = true;
    };
  }, [moment, decision, search]);
  if (!why) return <Spin />;
  const asked = goal?.kind === 'agent' ? goal.agent : null;
  return (
    <Card title={t('life.why.title')} aside={t('life.why.summary', { agents: why.agents, eligible: why.eligible })}>
      <div className={styles.ask}>
        <Input.Search
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          placeholder={t('life.why.search')}
          aria-label={t('life.why.search')}
          allowClear
          size="small"
          data-testid="why-search"
        />
        {why.picked === null && (
          <Button size="small" onClick={() => setGoal({ kind: 'anybody' })} data-testid="ask-anybody">
            {t('life.whatIf.anybody')}
          </Button>
        )}
      </div>
      {goal?.kind === 'anybody' && <WhatIf decision={{ moment, decision }} goal={goal} name={null} />}
      <table className={styles.why} data-testid="why">
        <thead>
          <tr>
            <th scope="col">{t('life.why.agent')}</th>
            <th scope="col">{t('life.why.reason')}</th>
            <th scope="col">{t('life.why.load')}</th>
            <th scope="col">{t('life.why.idle')}</th>
            <td />
          </tr>
        </thead>
        <tbody>
          {why.standings.slice(0, ROWS).map((standing) => (
            <Row
              key={standing.agent.slug}
              standing={standing}
              why={why}
              clock={clock}
              isAsked={asked === standing.agent.slug}
              onAsk={() => setGoal(asked === standing.agent.slug ? null : { kind: 'agent', agent: standing.agent.slug })}
              decision={{ moment, decision }}
            />
          ))}
        </tbody>
      </table>
      {why.agents === 0 && <p className={styles.note}>{t('life.why.nobody')}</p>}
      {why.agents > ROWS && <p className={styles.note}>{t('life.why.shown', { count: ROWS })}</p>}
    </Card>
  );
}

interface RowProps {
  standing: StandingTold;
  why: Why;
  clock: (at: number) => string;
  isAsked: boolean;
  onAsk: () => void;
  decision: DecisionId;
}

function Row({ standing, why, clock, isAsked, onAsk, decision }: RowProps) {
  const { t } = useTranslation();
  const { agent, picked, reason, code, read, place, score, open, capacity, idle_ms, presence } = standing;
  const eligible = () => {
    const at = t('life.why.place', { place: place ?? 0, strategy: why.strategy ? t(`words.strategy.${why.strategy}`) : '' });
    return score === null ? at : `${at} · ${t('life.why.score', { score })}`;
  };
  return (
    <>
      <tr data-testid="standing" data-agent={agent.slug} data-reason={reason ?? (picked ? 'picked' : 'eligible')}>
        <th scope="row">{agent.name}</th>
        <td>
          {picked ? (
            <b>{t('life.why.picked', { by: why.by ? t(`words.assignedBy.${why.by}`) : '' })}</b>
          ) : reason === null ? (
            eligible()
          ) : (
            <>
              {t(`words.reason.${reason}`)} <code>{code}</code>
              {read && <small>{readOf(read, clock, t)}</small>}
            </>
          )}
        </td>
        <td>{presence === 'offline' && open === 0 ? '–' : `${open} / ${capacity}`}</td>
        <td>{presence === 'offline' ? '–' : waited(idle_ms, t)}</td>
        <td>
          {!picked && (
            <Button size="small" onClick={onAsk} aria-expanded={isAsked} aria-label={`${t('life.why.ask')}: ${agent.name}`} data-testid="ask-agent">
              {t('life.why.ask')}
            </Button>
          )}
        </td>
      </tr>
      {isAsked && (
        <tr className={styles.answerRow}>
          <td colSpan={5}>
            <WhatIf decision={decision} goal={{ kind: 'agent', agent: agent.slug }} name={agent.name} />
          </td>
        </tr>
      )}
    </>
  );
}
