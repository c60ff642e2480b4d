/** Adding and removing files. */
import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Input, Modal, Popconfirm, Tooltip } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { onEnter, useFirstField } from '../shell/dialog-field';
import { navigate } from '../workspace/url-state';
import { useWorkspace, workspace } from '../workspace/workspace';
import styles from './file-actions.module.css';

/** What has a place in a tenant folder; the engine says the rest. */
const PATH = /^(?:(?:rules|tests|scenarios)\/)?[\p{L}\p{N}][\p{L}\p{N}-]*\.(?:toml|rhai|md)$/u;

export function AddFile() {
  const { t } = useTranslation();
  const { files } = useWorkspace();
  const [path, setPath] = useState<string | null>(null);
  const { field, afterOpenChange } = useFirstField();
  const problem = path === null ? null : path in files ? t('editor.exists') : PATH.test(path) ? null : t('editor.badPath');
  const add = () => {
    if (path === null || problem !== null) return;
    workspace.write(path, '');
    navigate({ file: path });
    setPath(null);
  };

  return (
    <>
      <Button type="text" icon={<PlusOutlined />} className={styles.add ?? ''} onClick={() => setPath('rules/300-.toml')}>
        {t('editor.add')}
      </Button>
      <Modal
        open={path !== null}
        title={t('editor.add')}
        okText={t('editor.add')}
        cancelText={t('shell.cancel')}
        okButtonProps={{ disabled: problem !== null }}
        onOk={add}
        onCancel={() => setPath(null)}
        afterOpenChange={afterOpenChange}
        width={420}
        destroyOnHidden
      >
        <Input
          ref={field}
          value={path ?? ''}
          aria-label={t('editor.path')}
          status={problem === null ? '' : 'warning'}
          onChange={(event) => setPath(event.target.value)}
          onPressEnter={onEnter(add)}
        />
        <p className={styles.hint}>{problem ?? t('editor.pathHint')}</p>
      </Modal>
    </>
  );
}

export function RemoveFile({ file }: { file: string }) {
  const { t } = useTranslation();
  return (
    <Popconfirm
      title={t('editor.removeTitle', { file })}
      description={t('editor.removeHint')}
      okText={t('editor.remove')}
      cancelText={t('shell.cancel')}
      onConfirm={() => workspace.remove(file)}
    >
      <Tooltip title={t('editor.remove')}>
        <Button type="text" size="small" icon={<DeleteOutlined />} aria-label={t('editor.remove')} />
      </Tooltip>
    </Popconfirm>
  );
}
