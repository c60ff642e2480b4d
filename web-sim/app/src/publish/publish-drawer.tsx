/** From draft to live, against the host: a drawer beside the workspace, which it takes the files from. */
import { ReloadOutlined } from '@ant-design/icons';
import { Alert, Button, Drawer, Skeleton, Tabs } from 'antd';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { HistoryView } from './history-view';
import { publishing, usePublishing } from './publishing';
import styles from './publish.module.css';
import { SignInForm } from './sign-in-form';
import { Way } from './way';

export default function PublishDrawer() {
  const { t } = useTranslation();
  const { isOpen, connection, live } = usePublishing();
  const place = useRef<HTMLDivElement>(null);
  // The field that had the focus is gone once somebody has signed in: keys still belong to the drawer.
  const isConnected = connection.kind === 'connected';
  useEffect(() => {
    if (isConnected) place.current?.focus();
  }, [isConnected]);
  const again = (
    <Button icon={<ReloadOutlined />} onClick={() => void publishing.refresh()} data-testid="try-again">
      {t('publish.again')}
    </Button>
  );

  return (
    <Drawer
      open={isOpen}
      onClose={() => publishing.close()}
      size={760}
      title={t('publish.title')}
      extra={
        connection.kind === 'connected' && (
          <span className={styles.who} data-testid="publish-live" data-number={live?.number ?? 0}>
            {connection.session.tenant} · {connection.session.name} ·{' '}
            {live ? t('publish.liveNumber', { number: live.number }) : t('publish.nothingLive')}
          </span>
        )
      }
    >
      <div ref={place} tabIndex={-1} className={styles.drawer} data-testid="publish-drawer" data-connection={connection.kind}>
        {connection.kind === 'connecting' && <Skeleton active />}
        {connection.kind === 'no-host' && (
          <Alert type="info" showIcon title={t('publish.noHost')} description={t('publish.noHostHelp')} action={again} />
        )}
        {connection.kind === 'unreachable' && (
          <Alert type="error" showIcon title={t('publish.gone')} description={t('publish.goneHelp')} action={again} />
        )}
        {connection.kind === 'sign-in' && <SignInForm />}
        {connection.kind === 'connected' && (
          <Tabs
            items={[
              { key: 'way', label: t('publish.way'), children: <Way /> },
              { key: 'history', label: t('publish.history.title'), children: <HistoryView /> },
            ]}
          />
        )}
      </div>
    </Drawer>
  );
}
