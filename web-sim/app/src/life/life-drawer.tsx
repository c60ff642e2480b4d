/** The life of one conversation: a picture of its time, its moments, and everything about the one that is looked at. */
import { Alert, Drawer, Progress, Segmented } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { clockOf } from '../floor/clock';
import { player } from '../floor/player';
import type { Life } from '../generated/types/Life';
import { duration } from '../simulate/format';
import { useStore } from '../workspace/store';
import styles from './life.module.css';
import { lives, useLife, type LifeState, type Side } from './life-store';
import { MomentList } from './moment-list';
import { MomentView } from './moment-view';
import { Timeline } from './timeline';

/** At 1280 pixels a third of the page behind it stays in sight. */
const WIDTH = 980;

export default function LifeDrawer() {
  const { t, i18n } = useTranslation();
  const state = useLife();
  const { isOpen, subject, side, life, moment } = state;
  const { run: watched, view } = useStore(player);
  const clock = useMemo(() => clockOf(i18n.language, life?.zone ?? 'UTC'), [i18n.language, life?.zone]);
  // The playhead belongs in the picture when it is this very run that is watched.
  const playhead = subject && watched && subject.run.files === watched.files && subject.run.start.seed === watched.start.seed ? view?.at : undefined;
  return (
    <Drawer
      open={isOpen}
      onClose={() => lives.close()}
      size={WIDTH}
      destroyOnHidden
      title={t('life.title', { conversation: subject?.conversation ?? '' })}
      extra={
        subject?.live && (
          <Segmented
            size="small"
            value={side}
            onChange={(side: Side) => lives.turn(side)}
            options={(['live', 'candidate'] as const).map((value) => ({ value, label: t(`life.sides.${value}`) }))}
            aria-label={t('life.side')}
            data-testid="life-side"
          />
        )
      }
    >
      <div className={styles.drawer} data-testid="life" data-conversation={life?.conversation} data-side={subject?.live ? side : undefined}>
        {life ? (
          <>
            <Visitor life={life} />
            <Timeline life={life} moment={moment} clock={clock} playhead={playhead} onLook={(at) => lives.look(at)} />
            <div className={styles.columns}>
              <MomentList life={life} moment={moment} clock={clock} onLook={(at) => lives.look(at)} />
              <MomentView key={`${life.seed} ${side} ${moment}`} life={life} moment={moment} clock={clock} />
            </div>
          </>
        ) : (
          <Looking state={state} />
        )}
      </div>
    </Drawer>
  );
}

/** Nothing to see yet: how far it is, or why there is nothing. */
function Looking({ state: { refused, fault, travelling } }: { state: LifeState }) {
  const { t, i18n } = useTranslation();
  if (refused) {
    const message = refused.kind === 'no-such-conversation' ? t('life.noSuch', { opened: refused.opened }) : t('life.failed', { message: 'message' in refused ? refused.message : refused.kind });
    return <Alert type="warning" showIcon title={message} data-testid="life-refused" />;
  }
  if (fault !== null) return <Alert type="error" showIcon title={t('life.failed', { message: fault })} />;
  const at = travelling === null ? '' : new Intl.DateTimeFormat(i18n.language, { dateStyle: 'short', timeStyle: 'short' }).format(travelling);
  return (
    <div className={styles.looking} aria-live="polite">
      <p>{travelling === null ? t('life.lookingFirst') : t('life.looking', { at })}</p>
      <Progress percent={100} status="active" showInfo={false} size={['100%', 3]} aria-label={t('life.lookingFirst')} />
    </div>
  );
}

function Visitor({ life: { visitor, seed } }: { life: Life }) {
  const { t } = useTranslation();
  const facts = [
    visitor.channel.name,
    visitor.intent,
    visitor.entry,
    visitor.language,
    visitor.customer === null ? null : t('life.customer', { number: visitor.customer }),
    visitor.returning ? t('life.returning') : null,
    ...Object.entries(visitor.attributes).map(([name, value]) => `${name}=${value}`),
    visitor.patience_ms === null ? t('life.patient') : t('life.patience', { time: duration(visitor.patience_ms, t) }),
    t('life.handle', { time: duration(visitor.handle_ms, t) }),
    t('life.seed', { seed }),
  ].filter((fact) => fact !== null);
  return (
    <div className={styles.visitor}>
      <p className={styles.said}>
        “{visitor.text || visitor.intent}”{visitor.vip > 0 && <em>VIP {visitor.vip}</em>}
      </p>
      <p className={styles.facts}>{facts.join(' · ')}</p>
    </div>
  );
}
