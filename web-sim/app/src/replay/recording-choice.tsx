/** Which recorded period is decided again: a file, or a period of the host's journal. */
import { CloudDownloadOutlined, FolderOpenOutlined } from '@ant-design/icons';
import { Button, Spin, Tooltip, Upload } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { count } from '../simulate/format';
import { FetchDialog } from './fetch-dialog';
import { RecordedScenario } from './recorded-scenario';
import { recordings, useRecordings } from './recording-store';
import styles from './replay.module.css';

export function RecordingChoice() {
  const { t, i18n } = useTranslation();
  const { open, reading } = useRecordings();
  const [isFetching, setFetching] = useState(false);
  const clock = new Intl.DateTimeFormat(i18n.language === 'en' ? 'en-GB' : 'zh-CN', {
    timeZone: open?.told.about.zone ?? 'UTC',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  return (
    <span className={styles.choice} data-testid="recording" data-revision={open?.told.revision ?? ''}>
      {open && (
        <span className={styles.period} title={open.name}>
          {clock.format(open.told.about.from)} – {clock.format(open.told.about.until)},{' '}
          {t('replay.conversations', { count: open.told.conversations, shown: count(open.told.conversations, i18n.language) })}
          {open.told.about.masked && ` (${t('replay.masked')})`}
        </span>
      )}
      {reading !== null && <Spin size="small" percent={reading * 100} aria-label={t('replay.reading')} />}
      <Upload
        accept=".gz,.recording"
        showUploadList={false}
        beforeUpload={(file) => {
          void recordings.read(file, file.name);
          return false;
        }}
      >
        <Button size="small" icon={<FolderOpenOutlined />} data-testid="open-recording">
          {t('replay.openFile')}
        </Button>
      </Upload>
      <Tooltip title={t('replay.fetchWhy')}>
        <Button size="small" icon={<CloudDownloadOutlined />} onClick={() => setFetching(true)} data-testid="fetch-recording">
          {t('replay.fetch')}
        </Button>
      </Tooltip>
      {open && <RecordedScenario open={open} />}
      {isFetching && <FetchDialog onClose={() => setFetching(false)} />}
    </span>
  );
}
