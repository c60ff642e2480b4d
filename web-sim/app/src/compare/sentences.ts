/** What a comparison says, in plain sentences: the few that matter most, first. */
import type { TFunction } from 'i18next';
import type { Comparison } from '../generated/types/Comparison';
import type { Difference } from '../generated/types/Difference';
import type { Measure } from '../generated/types/Measure';
import { decidedByName, destinationName, size, type Names } from './format';

export interface Sentence {
  text: string;
  tone: 'better' | 'worse' | 'neutral';
}

const OF_ALL: readonly Measure[] = ['wait-mean', 'service-level', 'abandonment', 'fallback-share', 'misrouted'];
/** A group is worth a sentence when its mean wait moves by a second. */
const GROUP_WAIT_MS_MIN = 1_000;
const GROUPS_MAX = 3;
const WAYS_MAX = 3;

export function sentences(comparison: Comparison, names: Names, t: TFunction): Sentence[] {
  const { differences, moved } = comparison;
  const isClear = ({ verdict }: Difference) => verdict === 'better' || verdict === 'worse';
  const ofAll = OF_ALL.flatMap((measure) => {
    const found = differences.find((told) => told.measure === measure && told.group === null);
    return found && isClear(found) ? [change(found, names, t)] : [];
  });
  const ofGroups = differences
    .filter((told) => told.measure === 'wait-mean' && told.group !== null && isClear(told))
    .filter(({ difference }) => Math.abs(difference.mean) >= GROUP_WAIT_MS_MIN)
    .toSorted((a, b) => Math.abs(b.difference.mean) - Math.abs(a.difference.mean))
    .slice(0, GROUPS_MAX)
    .map((told) => change(told, names, t));
  const ways = moved.ways
    .filter(({ cause, conversations }) => cause === 'rules' && conversations >= 1)
    .slice(0, WAYS_MAX)
    .map(({ by, from, to, conversations }) => ({
      text: t('compare.say.way', {
        count: Math.round(conversations),
        rule: decidedByName(by, names, t),
        from: destinationName(from, names, t),
        to: destinationName(to, names, t),
      }),
      tone: 'neutral' as const,
    }));
  return [...ofAll, ...ofGroups, ...ways];
}

function change({ measure, group, difference, verdict }: Difference, names: Names, t: TFunction): Sentence {
  const direction = difference.mean > 0 ? 'rises' : 'falls';
  const values = {
    measure: t(`compare.measure.${measure}`),
    by: size(measure, difference, t),
  };
  const text =
    group === null
      ? t(`compare.say.${direction}`, values)
      : t(`compare.say.${direction}In`, { ...values, group: names.group(group) });
  return { text, tone: verdict === 'better' ? 'better' : 'worse' };
}
