/** What was clicked on the floor: an agent with what can be done, or a conversation with its story. */
import { CloseOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { FloorPlan } from '../generated/types/FloorPlan';
import type { FloorView } from '../generated/types/FloorView';
import { lives } from '../life/life-store';
import { waited } from './clock';
import type { Picked } from './floor-stage';
import { Glyph } from './glyph';
import styles from './picked-card.module.css';
import { player } from './player';
import { presenceWords } from './presence-words';

interface PickedCardProps {
  plan: FloorPlan;
  view: FloorView;
  picked: NonNullable<Picked>;
  onPick: (picked: Picked) => void;
}

export function PickedCard({ plan, view, picked, onPick }: PickedCardProps) {
  const { t } = useTranslation();
  const card = useRef<HTMLElement>(null);
  const key = picked.kind === 'agent' ? `a${picked.agent}` : `c${picked.conversation}`;
  useEffect(() => card.current?.focus(), [key]);
  return (
    <aside
      ref={card}
      className={styles.card}
      tabIndex={-1}
      aria-label={t('floor.details')}
      data-testid="picked"
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        onPick(null);
      }}
    >
      <Button type="text" size="small" icon={<CloseOutlined />} className={styles.close ?? ''} aria-label={t('floor.close')} onClick={() => onPick(null)} />
      {picked.kind === 'agent' ? (
        <AgentDetails plan={plan} view={view} agent={picked.agent} onPick={onPick} />
      ) : (
        <ConversationDetails plan={plan} view={view} conversation={picked.conversation} />
      )}
    </aside>
  );
}

function AgentDetails({ plan, view, agent, onPick }: { plan: FloorPlan; view: FloorView; agent: number; onPick: (picked: Picked) => void }) {
  const { t } = useTranslation();
  const spec = plan.agents.find(({ id }) => id === agent);
  const seat = view.lanes.flatMap(({ agents }) => agents).find((one) => one.agent === agent);
  if (!spec) return null;
  const presence = presenceWords(t, seat ?? { presence: 'offline', silent: false });
  return (
    <>
      <h3>{spec.name}</h3>
      <p>
        {presence} · {t('floor.load', { open: seat?.open ?? 0, capacity: seat?.capacity ?? spec.capacity })}
        {seat?.sent && ` · ${t('floor.sent')}`}
      </p>
      {seat && seat.in_hand.length > 0 && (
        <ul className={styles.conversations}>
          {seat.in_hand.map(({ conversation, channel, group, since }) => (
            <li key={conversation}>
              <button type="button" onClick={() => onPick({ kind: 'conversation', conversation })}>
                <Glyph channel={channel} plan={plan} /> #{conversation} · {plan.groups.find(({ id }) => id === group)?.name} · {waited(view.at - since, t)}
              </button>
            </li>
          ))}
        </ul>
      )}
      {seat?.sent ? (
        <Button size="small" onClick={() => void player.inject({ kind: 'agent-returns', agent: spec.slug })} data-testid="agent-returns">
          {t('floor.inject.return')}
        </Button>
      ) : (
        <Button size="small" danger disabled={!seat || view.ended !== 'running'} onClick={() => void player.inject({ kind: 'agent-leaves', agent: spec.slug })} data-testid="agent-leaves">
          {t('floor.inject.sendHome')}
        </Button>
      )}
    </>
  );
}

function ConversationDetails({ plan, view, conversation }: { plan: FloorPlan; view: FloorView; conversation: number }) {
  const { t } = useTranslation();
  const waiting = view.lanes.flatMap(({ group, queue }) => queue.map((one) => ({ ...one, group, agent: null }))).find((one) => one.conversation === conversation);
  const inHand = view.lanes.flatMap(({ agents }) => agents.flatMap((seat) => seat.in_hand.map((one) => ({ ...one, agent: seat.agent })))).find((one) => one.conversation === conversation);
  const found = waiting ?? inHand;
  const group = plan.groups.find(({ id }) => id === found?.group)?.name ?? '';
  return (
    <>
      <h3>
        {found && <Glyph channel={found.channel} plan={plan} size={11} />} {t('floor.conversation', { id: conversation })}
      </h3>
      {found ? (
        <dl>
          <dt>{t('floor.where')}</dt>
          <dd>
            {inHand
              ? t('floor.withAgent', { name: plan.agents.find(({ id }) => id === inHand.agent)?.name ?? '', group })
              : t('floor.waitsFor', { group })}
            {' · '}
            {waited(view.at - found.since, t)}
          </dd>
          <dt>{t('floor.channel')}</dt>
          <dd>
            {plan.channels.find(({ id }) => id === found.channel)?.name}
            {found.vip > 0 && ` · VIP ${found.vip}`}
          </dd>
          <dt>{t('simulate.intent')}</dt>
          <dd>{plan.intents[found.intent]}</dd>
          <dt>{t('simulate.rule')}</dt>
          <dd>{found.rule === null ? t('floor.byDefault') : plan.rules[found.rule]?.name}</dd>
        </dl>
      ) : (
        <p>{t('floor.notHere')}</p>
      )}
      <Button size="small" type="primary" onClick={() => openLife(conversation)} data-testid="story">
        {t('floor.story')}
      </Button>
    </>
  );
}

/** The conversation in the run that is watched, with everything that was done to it. */
function openLife(conversation: number): void {
  const { run, injections } = player.get();
  if (!run) return;
  player.pause();
  lives.open({ conversation, run: { ...run, injections } });
}
