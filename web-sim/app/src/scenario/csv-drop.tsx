/** Where a CSV file is dropped or chosen. */
import { InboxOutlined } from '@ant-design/icons';
import { Upload } from 'antd';
import { useTranslation } from 'react-i18next';
import styles from './import-arrivals.module.css';

/** As the engine has it: a larger file is not even read. */
const CSV_BYTES_MAX = 64_000_000;

interface CsvDropProps {
  hint: string;
  isSmall?: boolean;
  onFile: (csv: Uint8Array) => void;
  onProblem: (problem: string) => void;
}

export function CsvDrop({ hint, isSmall = false, onFile, onProblem }: CsvDropProps) {
  const { t } = useTranslation();
  return (
    <Upload.Dragger
      accept=".csv,text/csv"
      showUploadList={false}
      beforeUpload={(file) => {
        if (file.size > CSV_BYTES_MAX) onProblem(t('scenario.import.too-large'));
        else void file.arrayBuffer().then((bytes) => onFile(new Uint8Array(bytes)));
        return false;
      }}
    >
      {!isSmall && (
        <p>
          <InboxOutlined className={styles.mark ?? ''} />
        </p>
      )}
      <p className={styles.drop}>{t('scenario.import.drop')}</p>
      <p className={styles.hint}>{hint}</p>
    </Upload.Dragger>
  );
}
