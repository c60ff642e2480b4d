/** A new scenario, begun from one that is there: all of it is kept but the name. */
import { PlusOutlined } from '@ant-design/icons';
import { Button, Dropdown, Input, Modal, Tooltip } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { onEnter, useFirstField } from '../shell/dialog-field';
import { navigate } from '../workspace/url-state';
import { useWorkspace, workspace } from '../workspace/workspace';
import { edited } from './edit-scenario';
import styles from './import-arrivals.module.css';
import { SCENARIOS, scenarioFile } from './scenario-file';

const SLUG = /^[\p{L}\p{N}][\p{L}\p{N}-]*$/u;

export function NewScenario() {
  const { t } = useTranslation();
  const { files, checked } = useWorkspace();
  const [from, setFrom] = useState<{ slug: string; name: string } | null>(null);
  const [slug, setSlug] = useState('');
  const { field, afterOpenChange } = useFirstField();
  const path = scenarioFile(slug);
  const problem = !SLUG.test(slug) ? t('scenario.presets.bad') : path in files ? t('scenario.presets.taken') : null;
  const create = async () => {
    const text = from && files[scenarioFile(from.slug)];
    if (problem !== null || !text) return;
    workspace.add({ [path]: await edited(text, [{ path: ['name'], value: slug }]) });
    navigate({ file: path, scenario: slug });
    setFrom(null);
  };
  const scenarios = checked?.catalogue?.scenarios ?? [];
  return (
    <>
      <Dropdown
        trigger={['click']}
        menu={{
          items: scenarios.map(({ slug, name }) => ({ key: slug, label: name })),
          onClick: ({ key }) => {
            const chosen = scenarios.find(({ slug }) => slug === key);
            setSlug(`${key}-2`);
            setFrom(chosen ?? null);
          },
        }}
      >
        <Tooltip title={t('scenario.presets.help')}>
          <Button size="small" type="text" icon={<PlusOutlined />} data-testid="new-scenario">
            {t('scenario.presets.action')}
          </Button>
        </Tooltip>
      </Dropdown>
      <Modal
        open={from !== null}
        width={420}
        title={t('scenario.presets.title', { name: from?.name ?? '' })}
        okText={t('scenario.presets.create')}
        cancelText={t('shell.cancel')}
        okButtonProps={{ disabled: problem !== null }}
        onOk={() => void create()}
        onCancel={() => setFrom(null)}
        afterOpenChange={afterOpenChange}
        destroyOnHidden
      >
        <Input
          ref={field}
          value={slug}
          addonBefore={SCENARIOS}
          addonAfter=".toml"
          aria-label={t('scenario.presets.name')}
          status={problem === null ? '' : 'warning'}
          onChange={(event) => setSlug(event.target.value)}
          onPressEnter={onEnter(() => void create())}
        />
        <p className={styles.hint}>{problem ?? t('scenario.presets.name')}</p>
      </Modal>
    </>
  );
}
