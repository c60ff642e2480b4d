/** Makes a scenario of the recorded period that is open: what came then can then be varied and run as often as one likes. */
import { FileAddOutlined } from '@ant-design/icons';
import { App, Button, Tooltip } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { simulator } from '../engine/client';
import { scenarioFile } from '../scenario/scenario-file';
import { importProblem } from '../scenario/table-problem';
import { navigate } from '../workspace/url-state';
import { workspace } from '../workspace/workspace';
import type { OpenRecording } from './recording-store';

export function RecordedScenario({ open: { recording } }: { open: OpenRecording }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const [isFitting, setFitting] = useState(false);
  const fit = async () => {
    setFitting(true);
    try {
      const { files } = workspace.get();
      const slug = freeName(files);
      const text = await simulator.call('recordedScenario', { files, recording, name: slug });
      workspace.add({ [scenarioFile(slug)]: text });
      navigate({ file: scenarioFile(slug), scenario: slug });
    } catch (error) {
      void message.error({ content: importProblem(error, t), duration: 10 });
    } finally {
      setFitting(false);
    }
  };
  return (
    <Tooltip title={t('replay.fitWhy')}>
      <Button size="small" icon={<FileAddOutlined />} loading={isFitting} onClick={() => void fit()} data-testid="fit-recording">
        {t('replay.fit')}
      </Button>
    </Tooltip>
  );
}

/** `recorded`, or with a number where there is one already. */
function freeName(files: Readonly<Record<string, unknown>>): string {
  for (let number = 1; ; number += 1) {
    const slug = number === 1 ? 'recorded' : `recorded-${number}`;
    if (!(scenarioFile(slug) in files)) return slug;
  }
}
