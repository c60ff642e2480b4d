import { DeploymentUnitOutlined } from '@ant-design/icons';
import { Button, Tooltip } from 'antd';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import fileActions from '../editor/file-actions.module.css';
import { adding } from './adding';
import styles from './add-module.module.css';

/** Picks a `.wasm`, with or without the `.toml` of its rule. */
export function AddModule() {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Tooltip title={t('modules.addHint')} placement="right">
        <Button
          type="text"
          icon={<DeploymentUnitOutlined />}
          className={`${fileActions.add ?? ''} ${styles.add ?? ''}`}
          onClick={() => input.current?.click()}
        >
          {t('modules.add')}
        </Button>
      </Tooltip>
      <input
        ref={input}
        type="file"
        accept=".wasm,.toml,application/wasm"
        multiple
        hidden
        data-testid="module-input"
        onChange={({ target }) => {
          adding.set({ picked: [...(target.files ?? [])] });
          target.value = ''; // so that the same file can be picked again
        }}
      />
    </>
  );
}
