import { useQuery } from '@tanstack/react-query';
import { Alert, Layout, Spin, Typography } from 'antd';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { engine } from './engine/client';

/** The page. */
export function App() {
  const { t } = useTranslation();
  const version = useQuery({ queryKey: ['engine', 'version'], queryFn: () => engine.call('version', null) });
  useEffect(() => {
    document.title = t('title');
  }, [t]);

  return (
    <Layout style={{ minHeight: '100vh', padding: 24 }}>
      <Typography.Title>{t('title')}</Typography.Title>
      {version.isPending && <Spin description={t('engine.loading')} />}
      {version.error && <Alert type="error" title={t('engine.failed', { message: version.error.message })} />}
      {version.data && (
        <Typography.Text data-testid="engine-version">
          {t('engine.version', { version: version.data.engine })}
        </Typography.Text>
      )}
    </Layout>
  );
}
