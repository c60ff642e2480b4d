/** Why a module cannot run yet, and what to do about it. */
import { LoadingOutlined } from '@ant-design/icons';
import { Alert, Button } from 'antd';
import { useEffect, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Quoted } from '../shell/quoted';
import { compiler, useCompiler } from './compile';
import styles from './module-view.module.css';

export function CompilationNote({ hash, isHere }: { hash: string; isHere: boolean }) {
  const { t } = useTranslation();
  const compilation = useCompiler().modules[hash];
  const again = (
    <Button size="small" onClick={() => compiler.again(hash)}>
      {t('modules.again')}
    </Button>
  );
  const signIn = (
    <Button size="small" type="primary" onClick={() => compiler.set({ isSigningIn: true })}>
      {t('modules.signIn.ok')}
    </Button>
  );

  if (!isHere) return <Note kind="gone" type="error" title={t('modules.gone')} />;
  switch (compilation?.kind) {
    case 'sending':
    case 'fetching':
      return <Working phase={compilation.kind} since_ms={compilation.since_ms} />;
    case 'sign-in':
      return <Note kind="sign-in" type="info" title={t('modules.signIn.why')} action={signIn} />;
    case 'no-host':
      return <Note kind="no-host" type="warning" title={t('modules.noHost')} text={<Quoted text={t('modules.noHostHelp')} />} action={again} />;
    case 'refused':
      return <Note kind="refused" type="error" title={t('modules.refused')} text={<Quoted text={compilation.detail} />} />;
    case 'unreachable':
      return <Note kind="unreachable" type="error" title={t('modules.unreachable')} action={again} />;
    case 'other-version':
      return <Note kind="other-version" type="error" title={t('modules.otherVersion')} text={compilation.detail} action={again} />;
    case 'failed':
      return (
        <Note
          kind="failed"
          type="error"
          title={t('modules.failed')}
          text={<Quoted text={compilation.detail} />}
          action={
            <>
              {again}
              {signIn}
            </>
          }
        />
      );
    default:
      return null;
  }
}

interface NoteProps {
  kind: string;
  type: 'info' | 'warning' | 'error';
  title: string;
  text?: ReactNode;
  action?: ReactNode;
}

function Note({ kind, type, title, text, action }: NoteProps) {
  return (
    <div data-testid="compilation" data-kind={kind}>
      <Alert
        type={type}
        showIcon
        title={title}
        description={
          (text || action) && (
            <>
              {text}
              {action && <div className={styles.actions}>{action}</div>}
            </>
          )
        }
        className={styles.note ?? ''}
      />
    </div>
  );
}

/** Counts the seconds, so that one sees that it goes on. */
function Working({ phase, since_ms }: { phase: 'sending' | 'fetching'; since_ms: number }) {
  const { t } = useTranslation();
  const [now_ms, setNow] = useState(() => performance.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), 500);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.floor((now_ms - since_ms) / 1000);
  return (
    <p className={styles.working} data-testid="compilation" data-kind={phase} role="status">
      <LoadingOutlined /> {t(`modules.working.${phase}`)}
      {seconds >= 1 && <span className={styles.aside}>{t('simulate.unit.s', { value: seconds })}</span>}
    </p>
  );
}
