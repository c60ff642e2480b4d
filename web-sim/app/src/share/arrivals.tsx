/** Opens what came by link or file; never over the reader's own changes without asking. */
import { App as AntApp } from 'antd';
import { useEffect, useEffectEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { run, useRun } from '../simulate/run-store';
import { difference, isSameDraft } from '../workspace/drafts';
import { useWorkspace, workspace } from '../workspace/workspace';
import { incoming, useIncoming, type Arrived } from './incoming';

export function Arrivals({ tenant }: { tenant: string }) {
  const { t } = useTranslation();
  const { message, modal } = AntApp.useApp();
  const { example } = useWorkspace();
  const { arrived, problem, digest } = useIncoming();
  const { result } = useRun();

  useEffect(() => {
    const look = () => void incoming.takeFromAddress(tenant);
    look();
    window.addEventListener('hashchange', look);
    return () => window.removeEventListener('hashchange', look);
  }, [tenant]);

  const open = useEffectEvent((what: Arrived) => {
    const own = difference(workspace.original(), workspace.get().files);
    const changes = Object.keys(what.draft).length;
    const isSame = isSameDraft(own, what.draft);
    const replace = () => {
      if (!isSame) workspace.replaceDraft(what.draft);
      run.forget();
      incoming.done(what.digest);
      if (changes > 0) void message.info(t('share.opened', { changes }));
    };
    if (Object.keys(own).length === 0 || isSame) return replace();
    modal.confirm({
      title: t('share.conflictTitle'),
      content: t('share.conflict', { changes, own: Object.keys(own).length }),
      okText: t('share.replace'),
      cancelText: t('share.keepOwn'),
      onOk: replace,
      onCancel: () => incoming.done(null),
    });
  });
  useEffect(() => {
    if (arrived && arrived.tenant === example) open(arrived);
  }, [arrived, example]);

  const tellProblem = useEffectEvent(() => problem && void message.error(t(`share.problem.${problem}`), 8));
  useEffect(() => {
    tellProblem();
  }, [problem]);

  const compare = useEffectEvent((found: string, expected: string) => {
    incoming.done(null);
    if (found === expected) void message.success(t('share.sameDigest'), 6);
    else void message.warning(t('share.otherDigest'), 10);
  });
  useEffect(() => {
    if (digest !== null && result?.report.ended === 'complete') compare(result.report.digest, digest);
  }, [digest, result]);

  return null;
}
