/** What was published, by whom and why, what each changed, and the way back. */
import { Alert, Button, Popconfirm, Select, Space } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Report } from '../generated/types/Report';
import { FileDiff } from './file-diff';
import { differing, reportOf, rollBack, type ChangedFile, type Published } from './host-rulesets';
import { OpenReport } from './open-report';
import { publishing, usePublishing } from './publishing';
import styles from './publish.module.css';

export function HistoryView() {
  const { t, i18n } = useTranslation();
  const { revisions, live, isBusy } = usePublishing();
  const [shown, setShown] = useState<number | null>(null);
  const time = new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium', timeStyle: 'short' });

  const back = ({ number }: Published) => {
    if (live) void publishing.take(() => rollBack(number, live.revision, t('publish.history.backNote', { number })));
  };

  return (
    <ol className={styles.history} data-testid="publish-history">
      {revisions.map((revision) => {
        const { number, author, note, at } = revision;
        const isLive = number === live?.number;
        return (
          <li key={number} data-number={number} data-live={isLive}>
            <div className={styles.revision}>
              <b>{number}</b>
              <span className={styles.note}>
                {note || t('publish.history.noNote')}
                <small>
                  {author} · {time.format(new Date(at))}
                </small>
              </span>
              <Space>
                <Button aria-expanded={shown === number} onClick={() => setShown(shown === number ? null : number)}>
                  {t('publish.history.changes')}
                </Button>
                {isLive ? (
                  <b>{t('publish.history.isLive')}</b>
                ) : (
                  <Popconfirm
                    title={t('publish.history.backSure', { number })}
                    okText={t('publish.history.back')}
                    cancelText={t('shell.cancel')}
                    onConfirm={() => back(revision)}
                  >
                    <Button loading={isBusy} data-testid={`back-to-${number}`}>
                      {t('publish.history.back')}
                    </Button>
                  </Popconfirm>
                )}
              </Space>
            </div>
            {shown === number && <Changes revision={revision} />}
          </li>
        );
      })}
    </ol>
  );
}

/** What a revision changed against the one before, or against another. */
function Changes({ revision }: { revision: Published }) {
  const { t } = useTranslation();
  const { revisions } = usePublishing();
  const others = revisions.filter(({ number }) => number !== revision.number);
  const [against, setAgainst] = useState(others.find(({ number }) => number < revision.number)?.number ?? others[0]?.number);
  const [files, setFiles] = useState<readonly ChangedFile[] | null>(null);
  const [report, setReport] = useState<Report | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const { number, candidate } = revision;

  useEffect(() => {
    let gone = false;
    const failed = (error: unknown) => !gone && setProblem(error instanceof Error ? error.message : String(error));
    setFiles(null);
    setProblem(null);
    if (against !== undefined) {
      differing(String(against), String(number)).then((files) => !gone && setFiles(files), failed);
    }
    return () => {
      gone = true;
    };
  }, [against, number]);

  useEffect(() => {
    let gone = false;
    // A candidate may have come without a report.
    if (candidate !== undefined) reportOf(candidate).then((report) => !gone && setReport(report), () => undefined);
    return () => {
      gone = true;
    };
  }, [candidate]);

  return (
    <div className={styles.block} data-testid="changes">
      {report && (
        <p className={styles.hint}>
          {t('publish.history.report', { scenario: report.scenario, seed: report.seed, conversations: report.conversations })}{' '}
          {candidate !== undefined && <OpenReport candidate={candidate} />}
        </p>
      )}
      {against !== undefined && (
        <label className={styles.against}>
          {t('publish.history.against')}
          <Select
            value={against}
            onChange={setAgainst}
            options={others.map(({ number }) => ({ value: number, label: String(number) }))}
            aria-label={t('publish.history.against')}
          />
        </label>
      )}
      {problem !== null && <Alert type="error" showIcon title={problem} />}
      {files?.length === 0 && <p className={styles.hint}>{t('publish.history.same')}</p>}
      {files?.map((file) => <FileDiff key={file.path} file={file} />)}
    </div>
  );
}
