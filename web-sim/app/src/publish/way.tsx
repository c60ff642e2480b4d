/** The candidate on its way: where it is, what the last step said, and the steps that can be taken from here. */
import { Alert, Button, Input, Popconfirm, Space, Steps, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { findingLead } from '../editor/finding-kind';
import { useRun } from '../simulate/run-store';
import { useWorkspace } from '../workspace/workspace';
import { CanaryForm } from './canary-form';
import { CanaryView } from './canary-view';
import { breachWords } from './guards';
import { makeCandidate, STAGES, step, type Candidate } from './host-rulesets';
import { OpenReport } from './open-report';
import { publishing, usePublishing } from './publishing';
import styles from './publish.module.css';
import { ShadowView } from './shadow-view';

const hasEnded = ({ stage }: Candidate) => stage === 'live' || stage === 'rolled-back' || stage === 'withdrawn';

export function Way() {
  const { t } = useTranslation();
  const { candidate, problem } = usePublishing();
  const open = candidate && !hasEnded(candidate) ? candidate : null;
  const at = candidate ? STAGES.findIndex((stage) => stage === candidate.stage) : -1;
  const isBack = candidate?.stage === 'rolled-back';
  // What was left out does not look done.
  const isSkipped = (stage: string) =>
    candidate !== null &&
    ((stage === 'simulated' && at > 3 && !candidate.has_report) ||
      (stage === 'shadow' && (at > 4 || isBack) && !candidate.differences) ||
      (stage === 'canary' && at > 5 && !candidate.canary));

  return (
    <div className={styles.way} data-testid="way" data-stage={candidate?.stage ?? 'none'}>
      <Steps
        size="small"
        titlePlacement="vertical"
        current={isBack ? 5 : at}
        status={isBack ? 'error' : candidate?.stage === 'live' ? 'finish' : 'process'}
        items={STAGES.map((stage) => ({
          title: t(`publish.stage.${stage}`),
          ...(isSkipped(stage) ? { status: 'wait' as const } : {}),
        }))}
      />
      {problem && (
        <Alert
          type="error"
          showIcon
          title={problem.detail}
          data-testid="publish-problem"
          data-code={problem.code}
          description={
            problem.findings.length > 0 && (
              <ul className={styles.findings}>
                {problem.findings.slice(0, 20).map(({ code, file, message }, at) => (
                  <li key={at}>
                    <code>{file}</code> <Tag>{code}</Tag> {findingLead(code)} <span lang="en">{message}</span>
                  </li>
                ))}
              </ul>
            )
          }
        />
      )}
      {candidate && <Outcome candidate={candidate} />}
      {open ? <OpenCandidate key={open.number} candidate={open} /> : <NewCandidate />}
    </div>
  );
}

/** What became of the last candidate, or what this one is. */
function Outcome({ candidate }: { candidate: Candidate }) {
  const { t } = useTranslation();
  const { number, stage, note, author, revision, tests, has_report, ended } = candidate;
  if (stage === 'rolled-back') {
    return (
      <Alert
        type="error"
        showIcon
        title={t('publish.rolledBack', { number })}
        description={ended?.metric ? breachWords(t, ended.metric, ended.reading ?? 0, ended.limit ?? 0) : ended?.reason}
        data-testid="rolled-back"
      />
    );
  }
  if (stage === 'withdrawn') {
    return <Alert type="warning" showIcon title={t('publish.withdrawn', { number })} description={ended?.reason} />;
  }
  if (stage === 'live') {
    return <Alert type="success" showIcon title={t('publish.wentLive', { number, live: candidate.live_number ?? 0 })} />;
  }
  return (
    <dl className={styles.facts}>
      <dt>{t('publish.candidate')}</dt>
      <dd>
        {number} · {author}
        {note && <> · {note}</>}
      </dd>
      {revision && (
        <>
          <dt>{t('shell.revision')}</dt>
          <dd>
            <code>{revision.slice(0, 12)}</code>
          </dd>
        </>
      )}
      {tests && (
        <>
          <dt>{t('publish.tests')}</dt>
          <dd>
            {t('publish.testsTold', { passed: tests.passed, failed: tests.failed })}
            {tests.override && <b> {t('publish.overridden', tests.override)}</b>}
          </dd>
        </>
      )}
      {has_report && (
        <>
          <dt>{t('publish.report')}</dt>
          <dd>
            {t('publish.attached')} <OpenReport candidate={number} />
          </dd>
        </>
      )}
    </dl>
  );
}

/** Makes a candidate of the files on the page. */
function NewCandidate() {
  const { t } = useTranslation();
  const { isBusy, connection, note } = usePublishing();
  const { files, example, checked } = useWorkspace();
  const tenant = connection.kind === 'connected' ? connection.session.tenant : '';
  const make = async () => {
    if (await publishing.take(() => makeCandidate(files, note))) publishing.set({ note: '' });
  };
  const errors = checked?.findings.some(({ severity }) => severity === 'error') ?? true;

  return (
    <section className={styles.block}>
      <h3>{t('publish.new')}</h3>
      {example !== tenant && <Alert type="warning" showIcon title={t('publish.otherTenant', { example, tenant })} />}
      <Input.TextArea
        value={note}
        onChange={({ target }) => publishing.set({ note: target.value })}
        placeholder={t('publish.noteHint')}
        aria-label={t('publish.note')}
        autoSize={{ minRows: 2, maxRows: 6 }}
        maxLength={1_000}
        data-testid="publish-note"
      />
      <Space>
        <Button
          type="primary"
          loading={isBusy}
          disabled={errors}
          onClick={() => void make()}
          data-testid="make-candidate"
        >
          {t('publish.make')}
        </Button>
        {errors && <span className={styles.hint}>{t('publish.errorsFirst')}</span>}
      </Space>
    </section>
  );
}

function OpenCandidate({ candidate }: { candidate: Candidate }) {
  const { t } = useTranslation();
  const { stage } = candidate;
  return (
    <section className={styles.block}>
      {stage === 'draft' && <StepButton candidate={candidate} to="check" />}
      {stage === 'checked' && <TestsStep candidate={candidate} />}
      {(stage === 'tested' || stage === 'simulated') && (
        <>
          <ReportStep candidate={candidate} />
          <h3>{t('publish.shadow.title')}</h3>
          <p className={styles.hint}>{t('publish.shadow.why')}</p>
          <StepButton candidate={candidate} to="shadow" isPlain={stage === 'tested'} />
        </>
      )}
      {stage === 'shadow' && <ShadowView differences={candidate.differences} />}
      {stage === 'canary' && candidate.canary && <CanaryView canary={candidate.canary} />}
      {stage !== 'draft' && stage !== 'checked' && <CanaryForm candidate={candidate} />}
      <Ways candidate={candidate} />
    </section>
  );
}

function StepButton({ candidate, to, isPlain = false }: { candidate: Candidate; to: 'check' | 'shadow'; isPlain?: boolean }) {
  const { t } = useTranslation();
  const { isBusy } = usePublishing();
  return (
    <div>
      <Button
        type={isPlain ? 'default' : 'primary'}
        loading={isBusy}
        onClick={() => void publishing.take(() => step(candidate, to))}
        data-testid={`step-${to}`}
      >
        {t(`publish.do.${to}`)}
      </Button>
    </div>
  );
}

/** Runs the rule tests; red ones take a reason to go on. */
function TestsStep({ candidate }: { candidate: Candidate }) {
  const { t } = useTranslation();
  const { isBusy, problem } = usePublishing();
  const [reason, setReason] = useState('');
  const isRed = problem?.code === 'red-tests';
  return (
    <>
      <div>
        <Button
          type="primary"
          loading={isBusy}
          onClick={() => void publishing.take(() => step(candidate, 'tests'))}
          data-testid="step-tests"
        >
          {t('publish.do.tests')}
        </Button>
      </div>
      {isRed && (
        <Space.Compact block>
          <Input
            value={reason}
            onChange={({ target }) => setReason(target.value)}
            placeholder={t('publish.overrideHint')}
            aria-label={t('publish.overrideHint')}
            data-testid="override-reason"
          />
          <Button
            danger
            disabled={reason.trim() === ''}
            onClick={() => void publishing.take(() => step(candidate, 'tests', { override_reason: reason.trim() }))}
            data-testid="override"
          >
            {t('publish.override')}
          </Button>
        </Space.Compact>
      )}
    </>
  );
}

/** Attaches the report of the last simulation, if that was of this very revision. */
function ReportStep({ candidate }: { candidate: Candidate }) {
  const { t } = useTranslation();
  const { isBusy } = usePublishing();
  const { result } = useRun();
  const report = result?.report;
  const fits = report !== undefined && report.revision === candidate.revision;
  return (
    <>
      <h3>{t('publish.report')}</h3>
      <p className={styles.hint}>
        {fits ? t('publish.reportFits', { scenario: report.scenario, seed: report.seed }) : t('publish.reportOther')}
      </p>
      <div>
        <Button
          type={candidate.stage === 'tested' ? 'primary' : 'default'}
          disabled={!fits}
          loading={isBusy}
          onClick={() => void publishing.take(() => step(candidate, 'report', { revision: report?.revision, report }))}
          data-testid="step-report"
        >
          {t('publish.do.report')}
        </Button>
      </div>
    </>
  );
}

/** To the end, one way or the other. */
function Ways({ candidate }: { candidate: Candidate }) {
  const { t } = useTranslation();
  const { isBusy, live } = usePublishing();
  const [reason, setReason] = useState('');
  const canGoLive = candidate.stage !== 'draft' && candidate.stage !== 'checked' && live !== null;
  return (
    <Space className={styles.ways ?? ''}>
      {canGoLive && (
        <Popconfirm
          title={t('publish.liveSure')}
          okText={t('publish.do.live')}
          cancelText={t('shell.cancel')}
          onConfirm={() => void publishing.take(() => step(candidate, 'live', { expected_revision: live.revision }))}
        >
          <Button type={candidate.stage === 'canary' ? 'primary' : 'default'} loading={isBusy} data-testid="step-live">
            {t('publish.do.live')}
          </Button>
        </Popconfirm>
      )}
      <Popconfirm
        title={t('publish.withdrawSure')}
        description={
          <Input
            value={reason}
            onChange={({ target }) => setReason(target.value)}
            placeholder={t('publish.why')}
            aria-label={t('publish.why')}
          />
        }
        okText={t('publish.do.withdraw')}
        cancelText={t('shell.cancel')}
        onConfirm={() => void publishing.take(() => step(candidate, 'withdraw', { reason }))}
      >
        <Button danger loading={isBusy} data-testid="step-withdraw">
          {t('publish.do.withdraw')}
        </Button>
      </Popconfirm>
    </Space>
  );
}
