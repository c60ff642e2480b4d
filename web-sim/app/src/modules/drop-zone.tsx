/** Takes files that are dropped anywhere on the page. */
import { DeploymentUnitOutlined } from '@ant-design/icons';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { adding } from './adding';
import styles from './drop-zone.module.css';

export function DropZone() {
  const { t } = useTranslation();
  const [isOver, setOver] = useState(false);

  useEffect(() => {
    const controller = new AbortController();
    const on = (name: 'dragover' | 'dragleave' | 'drop', listener: (event: DragEvent) => void) =>
      document.addEventListener(name, listener, { signal: controller.signal });
    const hasFiles = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes('Files') ?? false;
    on('dragover', (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(true);
    });
    // Leaving the page, not only one of its parts.
    on('dragleave', ({ relatedTarget }) => relatedTarget === null && setOver(false));
    on('drop', (event) => {
      setOver(false);
      if (!hasFiles(event)) return;
      event.preventDefault();
      adding.set({ picked: [...(event.dataTransfer?.files ?? [])] });
    });
    return () => controller.abort();
  }, []);

  if (!isOver) return null;
  return (
    <div className={styles.zone}>
      <p className={styles.text}>
        <DeploymentUnitOutlined /> {t('modules.drop')}
      </p>
    </div>
  );
}
