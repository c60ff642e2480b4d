/** The conversations that go elsewhere, by the way they go, with the rule that sends them there. */
import { Button, Tooltip } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Moved } from '../generated/types/Moved';
import type { MovedConversation } from '../generated/types/MovedConversation';
import type { MovedSide } from '../generated/types/MovedSide';
import type { Way } from '../generated/types/Way';
import { lives, type Side } from '../life/life-store';
import { scenarioFile } from '../scenario/scenario-file';
import { Card } from '../simulate/card';
import { count, duration, percent } from '../simulate/format';
import { visitor } from '../visitor/visit-store';
import { navigate } from '../workspace/url-state';
import type { Question } from './compare-store';
import { decidedByName, destinationName, type Names } from './format';
import styles from './ways.module.css';

/** Ways shown before "all" is asked for. */
const WAYS = 10;

interface WaysProps {
  moved: Moved;
  names: Names;
  question: Question;
  tenant: string;
  zone: string;
}

export function Ways({ moved, names, question, tenant, zone }: WaysProps) {
  const { t, i18n } = useTranslation();
  const [isWhole, setWhole] = useState(false);
  const number = (value: number) => count(Math.round(value), i18n.language);
  const ways = isWhole ? moved.ways : moved.ways.slice(0, WAYS);
  return (
    <Card title={t('compare.movedTitle')}>
      <p className={styles.line} data-testid="moved-line">
        {moved.elsewhere === 0
          ? t('compare.movedNone')
          : t('compare.movedLine', {
              compared: number(moved.compared),
              elsewhere: number(moved.elsewhere),
              share: percent(moved.elsewhere / Math.max(moved.compared, 1)),
              byRules: number(moved.by_rules),
              longer: number(moved.wait_longer),
              shorter: number(moved.wait_shorter),
              abandon: number(moved.abandon),
              fallBack: number(moved.fall_back),
            })}
      </p>
      <ul className={styles.ways} data-testid="ways">
        {ways.map((way) => (
          <WayLine key={JSON.stringify([way.cause, way.by, way.from, way.to])} way={way} most={moved.ways[0]?.conversations ?? 1} {...{ names, question, tenant, zone }} />
        ))}
      </ul>
      {moved.ways.length > WAYS && (
        <Button type="link" size="small" onClick={() => setWhole(!isWhole)}>
          {isWhole ? t('simulate.fewer') : t('simulate.all', { count: moved.ways.length })}
        </Button>
      )}
      {moved.untold > 0 && isWhole && <p className={styles.line}>{t('compare.more', { count: Math.round(moved.untold) })}</p>}
    </Card>
  );
}

interface WayLineProps {
  way: Way;
  most: number;
  names: Names;
  question: Question;
  tenant: string;
  zone: string;
}

function WayLine({ way, most, names, question, tenant, zone }: WayLineProps) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const by = decidedByName(way.by, names, t);
  return (
    <li data-cause={way.cause}>
      <button type="button" className={styles.way} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)} title={t('compare.examples')}>
        <span className={styles.count}>{way.conversations.toFixed(way.conversations < 10 ? 1 : 0)}</span>
        <span className={styles.bar}>
          <i style={{ width: `${Math.max((way.conversations / most) * 100, 1)}%` }} />
        </span>
        <span className={styles.from}>{destinationName(way.from, names, t)}</span>
        <span aria-hidden>→</span>
        <span className={styles.to}>{destinationName(way.to, names, t)}</span>
        <span className={styles.by}>{way.cause === 'rules' ? t('compare.because', { by }) : t('compare.knockOn')}</span>
      </button>
      {isOpen && <Examples examples={way.examples} names={names} question={question} tenant={tenant} zone={zone} />}
    </li>
  );
}

interface ExamplesProps {
  examples: readonly MovedConversation[];
  names: Names;
  question: Question;
  tenant: string;
  zone: string;
}

function Examples({ examples, names, question, tenant, zone }: ExamplesProps) {
  const { t, i18n } = useTranslation();
  const clock = new Intl.DateTimeFormat(i18n.language === 'en' ? 'en-GB' : 'zh-CN', {
    timeZone: zone,
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  });
  const side = ({ destination, agent, abandoned, wait_ms }: MovedSide) =>
    [
      destinationName(destination, names, t),
      agent ?? '',
      abandoned ? t('compare.abandoned') : '',
      wait_ms > 0 ? t('compare.waited', { time: duration(wait_ms, t) }) : '',
    ]
      .filter(Boolean)
      .join('·');
  const say = ({ text, channel, vip }: MovedConversation) => {
    visitor.say(tenant, text);
    visitor.change({ channel, vip });
    navigate({ tab: 'visitor' });
  };
  const open = ({ conversation, seed }: MovedConversation, from: Side) => {
    const { live, candidate, scenario } = question;
    // Both sides run the candidate's scenario.
    const file = scenarioFile(scenario);
    const text = candidate[file];
    const start = { scenario, seed };
    const liveFiles = text === undefined || live[file] === text ? live : { ...live, [file]: text };
    lives.open({ conversation, run: { files: candidate, start }, live: { files: liveFiles, start } }, from);
  };
  return (
    <table className={styles.examples}>
      <thead>
        <tr>
          <th>{t('compare.at')}</th>
          <th>{t('compare.channel')}</th>
          <th>{t('compare.said')}</th>
          <th>{t('compare.sides')}</th>
        </tr>
      </thead>
      <tbody>
        {examples.map((example) => (
          <tr key={`${example.seed} ${example.conversation}`}>
            <td title={`#${example.conversation}, ${t('simulate.seed')} ${example.seed}`}>{clock.format(example.at)}</td>
            <td>
              {names.channel(example.channel)}
              {example.vip > 0 && <b className={styles.vip}> VIP {example.vip}</b>}
            </td>
            <td>
              <Tooltip title={t('compare.try')}>
                <button type="button" className={styles.said} onClick={() => say(example)}>
                  {example.text || example.intent}
                </button>
              </Tooltip>
            </td>
            <td>
              <Tooltip title={t('life.openOf.live')}>
                <button type="button" className={styles.said} onClick={() => open(example, 'live')} data-testid="life-live">
                  {side(example.live)}
                </button>
              </Tooltip>{' '}
              →{' '}
              <Tooltip title={t('life.openOf.candidate')}>
                <button type="button" className={styles.said} onClick={() => open(example, 'candidate')} data-testid="life-candidate">
                  {side(example.candidate)}
                </button>
              </Tooltip>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
