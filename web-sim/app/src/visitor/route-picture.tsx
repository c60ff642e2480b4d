/**
 * The way as a track plan: from the visitor over the points that the deciding rule sets, on the track of one group, to
 * an agent. The tracks not taken stay in sight.
 */
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import type { Catalogue } from '../generated/types/Catalogue';
import { pieces } from './matches';
import styles from './route-picture.module.css';
import { Avatar } from './avatar';
import type { VisitState } from './visit-store';
import { wayOf, type Way } from './way';

interface RoutePictureProps {
  answer: NonNullable<VisitState['answer']>;
  catalogue: Catalogue;
}

/** The plan is drawn in these units and scales with the panel. */
const WIDTH = 640;
const ROW = 30;
const TOP = 18;
const POINTS_X = 156;
const GROUP_X = 244;
const FORK_X = 392;
const AGENT_X = 456;
const GROUPS_MAX = 8;
const AGENTS_MAX = 8;

export function RoutePicture({ answer, catalogue }: RoutePictureProps) {
  const { t } = useTranslation();
  const { explanation, visit } = answer;
  const way = wayOf(explanation);
  const source = way.rules?.plan?.source;
  const decidedBy = source ? (source.kind === 'rule' ? t('visitor.source.rule', { rule: source.rule.name }) : t(`visitor.source.${source.kind}`)) : '';
  const matches = (way.rules?.rules ?? []).filter((rule) => rule.outcome.kind === 'matched').flatMap((rule) => rule.matched);

  return (
    <figure className={styles.figure} data-testid="route" data-group={way.target?.slug}>
      <figcaption className={styles.caption} aria-live="polite">
        <strong data-testid="outcome">{outcomeText(way, t)}</strong>
        <span>{decidedBy}</span>
        {way.reason && <span>{t('visitor.because', { reason: t(`words.reason.${way.reason}`) })}</span>}
      </figcaption>
      <p className={styles.said} data-testid="said">
        {pieces(visit.text, matches).map(({ text, isMatched }, at) => (isMatched ? <mark key={at}>{text}</mark> : text))}
      </p>
      <Plan way={way} catalogue={catalogue} present={explanation.present} />
    </figure>
  );
}

function outcomeText(way: Way, t: TFunction): string {
  const outcome = way.placement?.outcome;
  if (!outcome) return t('visitor.unchanged');
  switch (outcome.kind) {
    case 'assigned':
      return t('visitor.assignedTo', { agent: outcome.agent.name });
    case 'queued':
      return t('visitor.queuedIn', { group: outcome.group.name, position: outcome.position });
    case 'fell-back':
      return t('visitor.fellBack', { to: awayText(way, t) });
    case 'unchanged':
      return t('visitor.unchanged');
  }
}

function awayText({ away }: Way, t: TFunction): string {
  if (!away) return '';
  return t(`visitor.fallback.${away.kind}`, { name: away.kind === 'bot' ? away.name : away.kind === 'group' ? away.group.name : '' });
}

/** The groups to draw: the one that counts and its neighbours, in the tenant's order. */
function groupsToDraw(catalogue: Catalogue, way: Way): Catalogue['groups'] {
  const needed = new Set([...way.asked, ...(way.target ? [way.target] : [])].map(({ slug }) => slug));
  const spare = GROUPS_MAX - needed.size;
  const others = catalogue.groups.filter(({ slug, members }) => !needed.has(slug) && members > 0).slice(0, Math.max(spare, 0));
  return catalogue.groups.filter((group) => needed.has(group.slug) || others.includes(group));
}

function Plan({ way, catalogue, present }: { way: Way; catalogue: Catalogue; present: number }) {
  const { t } = useTranslation();
  const groups = groupsToDraw(catalogue, way);
  const rows = groups.length + (way.away ? 1 : 0);
  const members = way.members.slice(0, AGENTS_MAX);
  const height = TOP * 2 + Math.max(rows - 1, members.length - 1, 3) * ROW;
  const middle = height / 2;
  const rowY = (at: number, of: number) => middle + (at - (of - 1) / 2) * ROW;
  const y = new Map(groups.map(({ slug }, at) => [slug, rowY(at, rows)]));
  const outcome = way.placement?.outcome;
  const endGroup = outcome?.kind === 'assigned' || outcome?.kind === 'queued' ? outcome.group.slug : null;
  const taken = endGroup ?? way.target?.slug ?? null;
  const takenY = taken === null ? undefined : y.get(taken);
  const awayY = rowY(rows - 1, rows);
  const plan = way.rules?.plan;
  const rule = plan?.source.kind === 'rule' ? plan.source.rule.name : plan ? t(`visitor.points.${plan.source.kind}`) : '';

  return (
    <svg viewBox={`0 0 ${WIDTH} ${height}`} className={styles.plan} role="img" aria-label={t('visitor.picture')}>
      {groups.map(({ slug }) => (
        <path key={slug} d={curve(POINTS_X, middle, GROUP_X, y.get(slug) ?? middle)} className={styles.idle} />
      ))}
      
      {takenY !== undefined &&
        members.map(({ agent, isPicked }, at) => (
          <path key={agent.slug} d={curve(FORK_X, takenY, AGENT_X, rowY(at, members.length))} className={isPicked ? styles.taken : styles.idle} />
        ))}

      <path d={`M 34 ${middle} H ${POINTS_X}`} className={styles.taken} />
      {takenY !== undefined && (
        <path
          d={`${curve(POINTS_X, middle, GROUP_X, takenY)} H ${outcome?.kind === 'assigned' ? FORK_X : GROUP_X}`}
          className={way.away ? styles.tried : styles.taken}
        />
      )}
      {takenY !== undefined && way.queued && (
        <>
          <path d={`M ${GROUP_X} ${takenY} H ${FORK_X}`} className={styles.waiting} />
          <text x={FORK_X - 4} y={takenY - 9} textAnchor="end" className={styles.queue}>
            {t('visitor.place', { position: way.queued.position })}
          </text>
        </>
      )}
      {takenY !== undefined && outcome?.kind !== 'assigned' && !way.queued && members.length > 0 && (
        <path d={`M ${GROUP_X} ${takenY} H ${FORK_X}`} className={styles.idle} />
      )}
      {way.away && <path d={curve(POINTS_X, middle, GROUP_X, awayY)} className={styles.taken} />}

      <g transform={`translate(20 ${middle})`}>
        <circle r="14" className={styles.station} />
        <path d="M-4.6 5.2a4.8 4.8 0 0 1 9.2 0M0-5.4a2.7 2.7 0 1 1 0 5.4 2.7 2.7 0 0 1 0-5.4" className={styles.person} />
        <text y="29" textAnchor="middle" className={styles.small}>
          {t('visitor.visitor')}
        </text>
      </g>

      <g transform={`translate(${POINTS_X} ${middle})`}>
        <circle r="5.5" className={styles.points} />
      </g>
      <foreignObject x={42} y={middle - 60} width={POINTS_X - 50} height={54}>
        <div className={styles.rule} title={rule}>
          {rule}
        </div>
      </foreignObject>

      {groups.map(({ slug, name }) => {
        const at = y.get(slug) ?? middle;
        const state = slug === taken ? (way.away ? 'tried' : 'taken') : way.asked.some((asked) => asked.slug === slug) ? 'tried' : 'idle';
        return (
          <g key={slug} transform={`translate(${GROUP_X} ${at})`} data-state={state} className={styles.group}>
            <foreignObject x={-2} y={-12} width={FORK_X - GROUP_X - 10} height={24}>
              <div className={styles.plate}>
                <span title={slug}>{name}</span>
              </div>
            </foreignObject>
          </g>
        );
      })}
      {way.away && (
        <g transform={`translate(${GROUP_X} ${awayY})`} data-state="taken" className={styles.group}>
          <foreignObject x={-2} y={-12} width={FORK_X - GROUP_X + 60} height={24}>
            <div className={styles.plate} data-away="true">
              <span>{awayText(way, t)}</span>
            </div>
          </foreignObject>
        </g>
      )}

      {takenY !== undefined &&
        members.map(({ agent, reason, isPicked }, at) => (
          <foreignObject key={agent.slug} x={AGENT_X - 4} y={rowY(at, members.length) - 13} width={WIDTH - AGENT_X + 4} height={26}>
            <div className={styles.agent} data-picked={isPicked} data-able={reason === null || reason === 'ranked-lower'}>
              <Avatar name={agent.name} />
              <span>{agent.name}</span>
              {!isPicked && reason && <small>{t(`words.reason.${reason}`)}</small>}
            </div>
          </foreignObject>
        ))}
      {takenY !== undefined && members.length === 0 && !way.away && (
        <text x={AGENT_X} y={takenY + 4} className={styles.small}>
          {t('visitor.present', { count: present })}
        </text>
      )}
    </svg>
  );
}

/** A track that leaves one line and joins another, as points do. */
function curve(x1: number, y1: number, x2: number, y2: number): string {
  const bend = (x2 - x1) * 0.55;
  return `M ${x1} ${y1} C ${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}
