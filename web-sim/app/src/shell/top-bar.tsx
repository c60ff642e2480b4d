import { CloudUploadOutlined, DesktopOutlined, GlobalOutlined, MoonOutlined, SunOutlined, UndoOutlined } from '@ant-design/icons';
import { App as AntApp, Button, Dropdown, Select, Tooltip } from 'antd';
import { useTranslation } from 'react-i18next';
import { LANGUAGES, setLanguage, type Language } from '../i18n';
import { ShareMenu } from '../share/share-menu';
import { publishing } from '../publish/publishing';
import { setThemePreference, THEME_PREFERENCES, useThemePreference, type ThemePreference } from '../theme/preference';
import { exampleNames } from '../workspace/examples';
import { navigate } from '../workspace/url-state';
import { useWorkspace, workspace } from '../workspace/workspace';
import { Mark } from './mark';
import styles from './top-bar.module.css';

const themeIcons = { system: <DesktopOutlined />, light: <SunOutlined />, dark: <MoonOutlined /> };

export function TopBar({ tenant }: { tenant: string }) {
  const { t, i18n } = useTranslation();
  const { modal } = AntApp.useApp();
  const theme = useThemePreference();
  useWorkspace();
  const changes = workspace.changes();
  const label = (name: string) =>
    name === 'shop' || name === 'saas-en' || name === 'marketplace' || name === 'erlang' ? t(`shell.example.${name}`) : name;

  const reset = () =>
    modal.confirm({
      title: t('shell.resetTitle'),
      content: t('shell.resetBody', { changes }),
      okText: t('shell.resetConfirm'),
      cancelText: t('shell.cancel'),
      onOk: () => workspace.reset(),
    });

  return (
    <header className={styles.bar}>
      <Mark />
      <h1 className={styles.name}>Pointsman</h1>
      <span className={styles.tagline}>{t('shell.tagline')}</span>
      <Select
        aria-label={t('shell.tenant')}
        value={tenant}
        onChange={(name) => navigate({ tenant: name, file: '', scenario: '' })}
        options={exampleNames.map((name) => ({ value: name, label: label(name) }))}
        className={styles.tenant ?? ''}
        popupMatchSelectWidth={false}
      />
      <Button type="text" icon={<UndoOutlined />} disabled={changes === 0} onClick={reset}>
        {t('shell.reset')}
      </Button>
      <span className={styles.space} />
      <ShareMenu />
      <Button icon={<CloudUploadOutlined />} onClick={() => publishing.open()} data-testid="publish">
        {t('publish.open')}
      </Button>
      <Dropdown
        trigger={['click']}
        menu={{
          items: LANGUAGES.map(({ value, label }) => ({ key: value, label })),
          selectedKeys: [i18n.language],
          onClick: ({ key }) => setLanguage(key as Language),
        }}
      >
        <Button type="text" icon={<GlobalOutlined />} aria-label={`${t('shell.language')}: ${LANGUAGES.find(({ value }) => value === i18n.language)?.label ?? ''}`} data-testid="language">
          {LANGUAGES.find(({ value }) => value === i18n.language)?.label}
        </Button>
      </Dropdown>
      <Dropdown
        trigger={['click']}
        menu={{
          items: THEME_PREFERENCES.map((key) => ({ key, label: t(`shell.theme.${key}`), icon: themeIcons[key] })),
          selectedKeys: [theme],
          onClick: ({ key }) => setThemePreference(key as ThemePreference),
        }}
      >
        <Tooltip title={t('shell.theme.label')}>
          <Button type="text" icon={themeIcons[theme]} aria-label={t('shell.theme.label')} data-testid="theme" />
        </Tooltip>
      </Dropdown>
    </header>
  );
}
