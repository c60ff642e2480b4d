/** What the calls of a module used in the last run. */
import { useTranslation } from 'react-i18next';
import { CostChart } from '../simulate/cost-chart';
import { Failed } from '../simulate/cost-table';
import { count } from '../simulate/format';
import { useRun } from '../simulate/run-store';
import { useWorkspace } from '../workspace/workspace';
import { bytes } from './format';
import styles from './module-view.module.css';
import { ruleFile } from './naming';

export function ModuleUse({ file }: { file: string }) {
  const { t, i18n } = useTranslation();
  const { files } = useWorkspace();
  const { result } = useRun();
  const rule = result?.report.rules.find((rule) => ruleFile(rule.file) === ruleFile(file));
  // Of another module at this place it would say nothing.
  const cost = result?.files[file] === files[file] ? rule?.cost : null;
  const number = (value: number) => count(value, i18n.language);

  return (
    <section className={styles.use} aria-label={t('modules.use.title')} data-testid="module-use">
      <h3>{t('modules.use.title')}</h3>
      {!cost || !rule ? (
        <p className={styles.kept}>{t('modules.use.none')}</p>
      ) : (
        <>
          <div className={styles.figures}>
            <Figure name={t('simulate.cost.calls')} value={number(cost.calls)} />
            <div className={styles.figure}>
              <span>{t('simulate.cost.failed')}</span>
              <b>
                <Failed cost={cost} />
              </b>
            </div>
            <Figure name={t('modules.use.fuelP50')} value={number(cost.cost_p50)} />
            <Figure name={t('modules.use.fuelP99')} value={number(cost.cost_p99)} />
            <Figure name={t('modules.use.fuelMax')} value={number(cost.cost_max)} />
            <Figure name={t('modules.use.memory')} value={cost.memory_bytes_max > 0 ? bytes(cost.memory_bytes_max) : '–'} />
          </div>
          {cost.calls > 0 ? (
            <>
              <p className={styles.caption}>{t('simulate.cost.perCallFuel')}</p>
              <CostChart name={rule.name} cost={cost} unit="fuel" />
            </>
          ) : (
            <p className={styles.kept}>{t('modules.use.never')}</p>
          )}
        </>
      )}
    </section>
  );
}

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div className={styles.figure}>
      <span>{name}</span>
      <b>{value}</b>
    </div>
  );
}
