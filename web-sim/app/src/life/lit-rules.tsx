/** The lines of the rules, lit up, with the values that they read beside them. */
import { Button } from 'antd';
import { Fragment, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { goTo } from '../editor/go-to';
import type { CallRead } from '../generated/types/CallRead';
import type { DecisionId } from '../generated/types/DecisionId';
import type { LitCondition } from '../generated/types/LitCondition';
import type { LitRule } from '../generated/types/LitRule';
import type { Place } from '../generated/types/Place';
import { moduleFile } from '../modules/naming';
import { Card } from '../simulate/card';
import styles from './life.module.css';
import { lives } from './life-store';

/** A line of a source, with what was read there. */
interface Line {
  number: number;
  place: Place;
  values: { key: string; text: string; holds: boolean | null }[];
}

export function LitRules({ decision: { moment, decision } }: { decision: DecisionId }) {
  const { t } = useTranslation();
  const [rules, setRules] = useState<readonly LitRule[] | null>(null);
  const [isWhole, setWhole] = useState(false);
  useEffect(() => {
    let isGone = false;
    void lives.lit({ moment, decision }).then((rules) => !isGone && setRules(rules ?? [])).catch(() => undefined);
    return () => {
      isGone = true;
    };
  }, [moment, decision]);
  if (!rules) return null;
  const ran = rules.filter(({ conditions }) => conditions.every(({ read }) => read.holds));
  const shown = isWhole ? rules : ran;
  return (
    <Card title={t('life.lit.title')} aside={t('life.lit.summary')}>
      <div className={styles.lit} data-testid="lit">
        {shown.map((rule) => (
          <RuleSource key={rule.rule.slug} rule={rule} />
        ))}
        {shown.length === 0 && <p className={styles.note}>{t('life.lit.nothing')}</p>}
      </div>
      {rules.length > ran.length && (
        <Button type="link" size="small" onClick={() => setWhole(!isWhole)} aria-expanded={isWhole} data-testid="lit-all">
          {isWhole ? t('life.lit.fewer') : t('life.lit.all', { count: rules.length })}
        </Button>
      )}
    </Card>
  );
}

function RuleSource({ rule }: { rule: LitRule }) {
  const { t } = useTranslation();
  const { file, conditions, effects, script, calls, calls_left_out, kind } = rule;
  const run = lives.run();
  const textOf = (path: string | null) => (path === null ? '' : (run?.files[path] ?? '')).split('\n');
  const ran = conditions.every(({ read }) => read.holds);
  const guard = linesOf([
    ...conditions.flatMap(({ read, place }) =>
      place ? [{ place, value: { key: read.name, text: valueOf({ read, place }), holds: read.holds as boolean | null } }] : [],
    ),
    ...(ran ? effects.map((place) => ({ place, value: { key: '', text: '', holds: true as boolean | null } })) : []),
  ]);
  const body = linesOf(
    calls.flatMap((call) => (call.line > 0 ? [{ place: { line: call.line, column: call.column, end_line: call.line, end_column: call.column }, value: { key: call.what, text: callOf(call), holds: null } }] : [])),
  );
  return (
    <section className={styles.source} aria-label={rule.rule.name} data-rule={rule.rule.slug}>
      <h3>{rule.rule.name}</h3>
      {file !== null && guard.length > 0 && <Source file={file} text={textOf(file)} lines={guard} />}
      {conditions.length === 0 && kind === 'keyword' && <p className={styles.note}>{t('life.lit.nothing')}</p>}
      {script !== null && body.length > 0 && <Source file={script} text={textOf(script)} lines={body} />}
      {kind === 'module' && calls.length > 0 && (
        <div className={styles.code}>
          <button type="button" className={styles.file} onClick={() => goTo(moduleFile(file ?? `rules/${rule.rule.slug}.wasm`), null)}>
            {t('life.lit.noModuleLines')}
          </button>
          {calls.map((call, at) => (
            <code key={at}>{callOf(call)}</code>
          ))}
        </div>
      )}
      {calls_left_out > 0 && <p className={styles.note}>{t('life.lit.others', { count: calls_left_out })}</p>}
    </section>
  );

  function valueOf({ read }: LitCondition): string {
    const weight = read.weight === null ? '' : ` · ${t('life.lit.weight', { is: read.weight[0], needs: read.weight[1] })}`;
    return `${read.read ?? t('life.lit.none')}${weight}`;
  }
}

/** `customer.vip → 2`. */
function callOf({ what, arguments: given, answer }: CallRead): string {
  return `${what}${given ? `(${given.join(', ')})` : ''}${answer === null ? '' : ` → ${answer}`}`;
}

/** Puts what was read on one line together, each value once, in order of lines. */
function linesOf(read: readonly { place: Place; value: Line['values'][number] }[]): Line[] {
  const lines = new Map<number, Line>();
  for (const { place, value } of read) {
    const line = lines.get(place.line) ?? { number: place.line, place, values: [] };
    if (!line.values.some((known) => known.key === value.key && known.text === value.text)) line.values.push(value);
    lines.set(place.line, line);
  }
  return [...lines.values()].toSorted((a, b) => a.number - b.number);
}

function Source({ file, text, lines }: { file: string; text: readonly string[]; lines: readonly Line[] }) {
  const { t } = useTranslation();
  return (
    <div className={styles.code}>
      <button type="button" className={styles.file} onClick={() => goToLine(file, null)}>
        {file}
      </button>
      {lines.map(({ number, place, values }) => (
        <button
          key={number}
          type="button"
          className={styles.line}
          onClick={() => goToLine(file, place)}
          data-holds={values.some(({ holds }) => holds === false) ? 'no' : values.some(({ holds }) => holds === true) ? 'yes' : undefined}
          data-testid="lit-line"
        >
          <i>{number}</i>
          <code>{text[number - 1]?.trimEnd() ?? ''}</code>
          <span>
            {values
              .filter(({ text }) => text !== '')
              .map(({ key, text, holds }, at) => (
                <Fragment key={`${key} ${text}`}>
                  {at > 0 && <br />}
                  <em>{holds === null ? text : `${t('life.lit.read')} ${text} · ${t(holds ? 'life.lit.holds' : 'life.lit.fails')}`}</em>
                </Fragment>
              ))}
          </span>
        </button>
      ))}
    </div>
  );
}

/** The editor is behind the drawer. */
function goToLine(file: string, place: Place | null): void {
  lives.close();
  goTo(file, place);
}
