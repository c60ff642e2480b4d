import { CheckOutlined, CopyOutlined } from '@ant-design/icons';
import { Tooltip } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import styles from './copy-text.module.css';

interface CopyTextProps {
  text: string;
  /** What is shown of it. */
  shown: string;
  testId?: string;
}

/** A hash or other long text: a click copies all of it. */
export function CopyText({ text, shown, testId }: CopyTextProps) {
  const { t } = useTranslation();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = () => navigator.clipboard.writeText(text).then(() => setCopied(true), () => setCopied(false));

  return (
    <Tooltip title={copied ? t('shell.copied') : text} styles={{ root: { maxWidth: 520 } }}>
      <button type="button" className={styles.button} onClick={copy} data-testid={testId} data-text={text}>
        <code>{shown}</code>
        {copied ? <CheckOutlined /> : <CopyOutlined />}
        <span className={styles.hidden}>{t('shell.copy')}</span>
      </button>
    </Tooltip>
  );
}
