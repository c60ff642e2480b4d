/** Messages with their intents from a CSV file: shares and phrases of the scenario's intents. */
import { Alert, Modal, Table } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { engine } from '../engine/client';
import type { IntentTexts } from '../generated/types/IntentTexts';
import { count, percent } from '../simulate/format';
import { CsvDrop } from './csv-drop';
import styles from './import-arrivals.module.css';
import { importProblem } from './table-problem';

interface ImportMessagesProps {
  /** The scenario's text. */
  text: string;
  /** The names of its intents. */
  known: readonly string[];
  onImport: (text: string) => void;
  onClose: () => void;
}

export function ImportMessages({ text, known, onImport, onClose }: ImportMessagesProps) {
  const { t, i18n } = useTranslation();
  const [read, setRead] = useState<{ csv: Uint8Array; intents: IntentTexts[] } | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const take = async (csv: Uint8Array) => {
    try {
      setRead({ csv, intents: await engine.call('messages', { csv }) });
      setProblem(null);
    } catch (error) {
      setRead(null);
      setProblem(importProblem(error, t));
    }
  };
  const use = async () => {
    if (!read) return;
    try {
      onImport(await engine.call('messagesText', { csv: read.csv, text }));
    } catch (error) {
      setProblem(importProblem(error, t));
    }
  };
  const left = known.filter((name) => read && !read.intents.some(({ intent }) => intent === name));
  return (
    <Modal
      open
      width={620}
      style={{ top: 24 }}
      title={t('scenario.messages.title')}
      okText={t('scenario.import.take')}
      cancelText={t('shell.cancel')}
      okButtonProps={{ disabled: read === null }}
      onOk={() => void use()}
      onCancel={onClose}
    >
      <div className={styles.body}>
        <CsvDrop hint={t('scenario.messages.columns')} isSmall={read !== null} onFile={(csv) => void take(csv)} onProblem={setProblem} />
        {problem !== null && <Alert className={styles.told ?? ''} type="error" showIcon title={problem} data-testid="import-problem" />}
        {read && (
          <div className={styles.told} data-testid="messages">
            <Table
              size="small"
              pagination={false}
              rowKey="intent"
              dataSource={read.intents}
              columns={[
                { title: t('scenario.messages.intent'), dataIndex: 'intent' },
                { title: t('scenario.messages.share'), dataIndex: 'share', align: 'right', render: (share: number) => percent(share) },
                { title: t('scenario.messages.phrases'), align: 'right', render: (_, { phrases }: IntentTexts) => count(phrases.length, i18n.language) },
                {
                  title: t('scenario.messages.handle'),
                  render: (_, { intent }: IntentTexts) => t(known.includes(intent) ? 'scenario.messages.kept' : 'scenario.messages.assumed'),
                },
              ]}
            />
            {left.length > 0 && <p className={styles.hint}>{t('scenario.messages.left', { intents: left.join(', ') })}</p>}
          </div>
        )}
      </div>
    </Modal>
  );
}
