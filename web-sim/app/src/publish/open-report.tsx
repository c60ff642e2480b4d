import { App as AntApp, Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { HostProblem } from '../modules/host';
import { openReport, useAbout } from '../share/html-report';
import { reportOf } from './host-rulesets';

/** Opens the report that the host has of a candidate. */
export function OpenReport({ candidate }: { candidate: number }) {
  const { t } = useTranslation();
  const { message } = AntApp.useApp();
  const about = useAbout();
  const [isBusy, setBusy] = useState(false);
  const open = async () => {
    setBusy(true);
    try {
      await openReport(await reportOf(candidate), about);
    } catch (error) {
      void message.error(error instanceof HostProblem ? error.message : t('share.problem.report'));
    }
    setBusy(false);
  };
  return (
    <Button size="small" loading={isBusy} onClick={() => void open()} data-testid="open-report">
      {t('publish.openReport')}
    </Button>
  );
}
