/** Recorded arrivals from a CSV file: what was found is shown before anything changes. */
import { InboxOutlined } from '@ant-design/icons';
import { Alert, Modal, Select, Upload } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { count } from '../simulate/format';
import { CSV_BYTES_MAX, CsvError, readArrivalsCsv, type CsvProblem, type RecordedArrivals } from './arrivals-csv';
import styles from './import-arrivals.module.css';

interface ImportArrivalsProps {
  channels: readonly { slug: string; name: string }[];
  onImport: (rates: ReadonlyMap<string, readonly number[]>) => void;
  onClose: () => void;
}

/** A column of the file that is not wanted. */
const LEFT_OUT = '';

export function ImportArrivals({ channels, onImport, onClose }: ImportArrivalsProps) {
  const { t, i18n } = useTranslation();
  const [read, setRead] = useState<RecordedArrivals | null>(null);
  const [problem, setProblem] = useState<CsvProblem | null>(null);
  /** The tenant's channel for each of the file's. */
  const [targets, setTargets] = useState<ReadonlyMap<string, string>>(new Map());

  const take = async (file: File) => {
    try {
      if (file.size > CSV_BYTES_MAX) throw new CsvError({ kind: 'too-large' });
      const recorded = readArrivalsCsv(await file.text());
      const isOnly = recorded.hours.size === 1;
      const target = (of: string) =>
        channels.find(({ slug, name }) => slug === of || name === of)?.slug ?? (isOnly ? channels[0]?.slug : undefined) ?? LEFT_OUT;
      setTargets(new Map([...recorded.hours.keys()].map((of) => [of, target(of)])));
      setRead(recorded);
      setProblem(null);
    } catch (error) {
      setRead(null);
      setProblem(error instanceof CsvError ? error.problem : { kind: 'empty' });
    }
  };
  const rates = new Map<string, number[]>();
  for (const [of, hours] of read?.hours ?? []) {
    const slug = targets.get(of) ?? LEFT_OUT;
    if (slug === LEFT_OUT) continue;
    const sum = rates.get(slug);
    rates.set(slug, hours.map((rate, at) => rate + (sum?.[at] ?? 0)));
  }

  return (
    <Modal
      open
      title={t('scenario.import.title')}
      okText={t('scenario.import.take')}
      cancelText={t('shell.cancel')}
      okButtonProps={{ disabled: rates.size === 0 }}
      onOk={() => onImport(rates)}
      onCancel={onClose}
    >
      <Upload.Dragger
        accept=".csv,text/csv"
        showUploadList={false}
        beforeUpload={(file) => {
          void take(file);
          return false;
        }}
      >
        <p>
          <InboxOutlined className={styles.mark ?? ''} />
        </p>
        <p>{t('scenario.import.drop')}</p>
        <p className={styles.hint}>{t('scenario.import.columns')}</p>
      </Upload.Dragger>
      {problem && (
        <Alert
          className={styles.told ?? ''}
          type="error"
          showIcon
          title={
            problem.kind === 'no-column'
              ? t(`scenario.import.no_${problem.wanted}`, { found: problem.found.join(', ') })
              : problem.kind === 'bad-time' || problem.kind === 'bad-count'
                ? t(`scenario.import.${problem.kind}`, { row: problem.row, column: problem.column, value: problem.value })
                : t(`scenario.import.${problem.kind}`)
          }
        />
      )}
      {read && (
        <div className={styles.told} data-testid="recorded">
          <p>
            {t('scenario.import.found', {
              days: count(read.days, i18n.language),
              rows: count(read.rows, i18n.language),
              arrivals: count(read.arrivals, i18n.language),
            })}
          </p>
          {read.dispersion !== null && read.dispersion > 1.5 && <p>{t('scenario.import.dispersed', { factor: read.dispersion.toFixed(1) })}</p>}
          {[...read.hours.keys()].map((of) => (
            <label key={of} className={styles.channel}>
              {of === '' ? t('scenario.import.unnamed') : of} →
              <Select
                value={targets.get(of) ?? LEFT_OUT}
                onChange={(slug) => setTargets(new Map([...targets, [of, slug]]))}
                options={[{ value: LEFT_OUT, label: t('scenario.import.leaveOut') }, ...channels.map(({ slug, name }) => ({ value: slug, label: name }))]}
                popupMatchSelectWidth={false}
              />
            </label>
          ))}
        </div>
      )}
    </Modal>
  );
}
