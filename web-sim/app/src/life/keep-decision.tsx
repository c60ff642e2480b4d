/** One click makes a rule test of a decision, with the desk as it stood; it is run before it is kept. */
import { CheckSquareOutlined } from '@ant-design/icons';
import { Alert, Button, Input, Popover, Space, Spin } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { KeepTold } from '../generated/types/KeepTold';
import type { Life } from '../generated/types/Life';
import type { NotKept } from '../generated/types/NotKept';
import { navigate } from '../workspace/url-state';
import { useWorkspace, workspace } from '../workspace/workspace';
import styles from './life.module.css';
import { lives } from './life-store';
import { resultOf } from './told';

/** Characters of the visitor's words that become the name by themselves. */
const NAME_CHARACTERS = 20;

export function KeepDecision({ life, moment }: { life: Life; moment: number }) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  return (
    <Popover
      open={isOpen}
      onOpenChange={setOpen}
      trigger="click"
      placement="bottomRight"
      destroyOnHidden
      content={<Form life={life} moment={moment} onDone={() => setOpen(false)} />}
    >
      <Button size="small" icon={<CheckSquareOutlined />} data-testid="keep-decision">
        {t('visitor.keep.action')}
      </Button>
    </Popover>
  );
}

function Form({ life, moment, onDone }: { life: Life; moment: number; onDone: () => void }) {
  const { t } = useTranslation();
  const { files } = useWorkspace();
  const told = life.moments[moment];
  const words = [...(life.visitor.text || life.visitor.intent).trim()].slice(0, NAME_CHARACTERS).join('');
  const [name, setName] = useState(() => [words, told ? resultOf(told, t)?.text : ''].filter(Boolean).join(' → '));
  const [answer, setAnswer] = useState<KeepTold | null>(null);
  const run = lives.run();
  const isHere = run?.files === files;
  useEffect(() => {
    let isGone = false;
    setAnswer(null);
    const timer = setTimeout(() => {
      void lives
        .keep({ moment, decision: 0 }, name.trim() || t('visitor.keep.unnamed'))
        .then((answer) => !isGone && setAnswer(answer))
        .catch(() => undefined);
    }, 150);
    return () => {
      isGone = true;
      clearTimeout(timer);
    };
  }, [moment, name, t]);
  const kept = answer?.kept ?? null;
  const keep = () => {
    if (!kept) return;
    workspace.add({ [kept.file]: kept.text });
    onDone();
    lives.close();
    navigate({ tab: 'tests' });
  };
  return (
    <form
      className={styles.keep}
      aria-label={t('visitor.keep.title')}
      onSubmit={(event) => {
        event.preventDefault();
        keep();
      }}
    >
      <h3>{t('visitor.keep.title')}</h3>
      <p>{t('life.keep.help')}</p>
      <Space.Compact block>
        <Input value={name} onChange={(event) => setName(event.target.value)} maxLength={120} aria-label={t('visitor.keep.name')} data-testid="decision-test-name" autoFocus />
        <Button type="primary" htmlType="submit" disabled={!kept || !isHere} data-testid="keep-decision-confirm">
          {t('visitor.keep.confirm')}
        </Button>
      </Space.Compact>
      {!isHere && <Alert type="info" title={t('life.keep.otherFiles')} />}
      {!answer && (
        <p>
          <Spin size="small" /> {t('life.keep.checking')}
        </p>
      )}
      {kept && (
        <>
          <p data-testid="kept-with" data-with={kept.with}>
            {t(`life.keep.with.${kept.with}`)}
          </p>
          <pre tabIndex={0}>{kept.test}</pre>
        </>
      )}
      {answer?.refused && <Alert type="warning" title={refusal(answer.refused)} />}
    </form>
  );

  function refusal(refused: NotKept): string {
    if (refused.kind === 'unreadable') return t('life.keep.unreadable', { message: refused.message });
    if (refused.kind === 'no-rules') return t('life.keep.no-rules');
    return t('life.keep.not-repeated', { what: refused.failures.map(({ field, expected, got }) => `${field}: ${expected} ≠ ${got}`).join('; ') });
  }
}
