/** Recorded arrivals from a CSV file: what was fitted is shown, and can be tried, before anything changes. */
import { Alert, Modal, Select, Spin } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { engine } from '../engine/client';
import type { ArrivalsFile } from '../engine/protocol';
import type { RecordedTold } from '../generated/types/RecordedTold';
import { count } from '../simulate/format';
import { useWorkspace } from '../workspace/workspace';
import { CsvDrop } from './csv-drop';
import { FitView } from './fit-view';
import styles from './import-arrivals.module.css';
import { importProblem } from './table-problem';
import { TrialView } from './trial-view';

interface ImportArrivalsProps {
  channels: readonly { slug: string; name: string }[];
  /** The scenario's text. */
  text: string;
  onImport: (text: string) => void;
  onClose: () => void;
}

/** A channel of the file that is not wanted. */
const LEFT_OUT = '';

export function ImportArrivals({ channels, text, onImport, onClose }: ImportArrivalsProps) {
  const { t, i18n } = useTranslation();
  const { files } = useWorkspace();
  const [read, setRead] = useState<{ file: ArrivalsFile; told: RecordedTold } | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  /** The tenant's channel for each of the file's. */
  const [chosen, setChosen] = useState<ReadonlyMap<string, string>>(new Map());

  const take = async (csv: Uint8Array) => {
    setBusy(true);
    try {
      const file = { files, csv };
      const told = await engine.call('recorded', file);
      const target = (of: string) =>
        channels.find(({ slug, name }) => slug === of || name === of)?.slug ?? (told.channels.length === 1 ? channels[0]?.slug : undefined) ?? LEFT_OUT;
      setChosen(new Map(told.channels.map((of) => [of, target(of)])));
      setRead({ file, told });
      setProblem(null);
    } catch (error) {
      setRead(null);
      setProblem(importProblem(error, t));
    } finally {
      setBusy(false);
    }
  };
  const targets = Object.fromEntries([...chosen].filter(([, slug]) => slug !== LEFT_OUT));
  const isReady = read !== null && Object.keys(targets).length > 0;
  const use = async () => {
    if (!read) return;
    try {
      onImport(await engine.call('fittedText', { ...read.file, text, targets }));
    } catch (error) {
      setProblem(importProblem(error, t));
    }
  };

  return (
    <Modal
      open
      width={read ? 820 : 520}
      style={{ top: 24 }}
      title={t('scenario.import.title')}
      okText={t('scenario.import.take')}
      cancelText={t('shell.cancel')}
      okButtonProps={{ disabled: !isReady }}
      onOk={() => void use()}
      onCancel={onClose}
    >
      <div className={styles.body}>
        <CsvDrop hint={t('scenario.import.columns')} isSmall={read !== null} onFile={(csv) => void take(csv)} onProblem={setProblem} />
        {isBusy && <Spin size="small" />}
        {problem !== null && <Alert className={styles.told ?? ''} type="error" showIcon title={problem} data-testid="import-problem" />}
        {read && (
          <div className={styles.told} data-testid="recorded">
            <p>
              {t('scenario.import.found', {
                days: count(read.told.fitted.days, i18n.language),
                rows: count(read.told.rows, i18n.language),
                arrivals: count(read.told.fitted.arrivals, i18n.language),
                from: read.told.fitted.first_date,
                to: read.told.fitted.last_date,
              })}
            </p>
            {read.told.channels.map((of) => (
              <label key={of} className={styles.channel}>
                {of === '' ? t('scenario.import.unnamed') : of} →
                <Select
                  size="small"
                  value={chosen.get(of) ?? LEFT_OUT}
                  onChange={(slug) => setChosen(new Map([...chosen, [of, slug]]))}
                  options={[{ value: LEFT_OUT, label: t('scenario.import.leaveOut') }, ...channels.map(({ slug, name }) => ({ value: slug, label: name }))]}
                  popupMatchSelectWidth={false}
                />
              </label>
            ))}
            <FitView fitted={read.told.fitted} />
            {isReady && <TrialView key={JSON.stringify(targets)} file={read.file} text={text} targets={targets} dates={read.told.dates} />}
          </div>
        )}
      </div>
    </Modal>
  );
}
