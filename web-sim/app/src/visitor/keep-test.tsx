/** One click makes a rule test of the visit. */
import { CheckSquareOutlined } from '@ant-design/icons';
import { Button, Input, Popover, Space } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { navigate } from '../workspace/url-state';
import { workspace } from '../workspace/workspace';
import { KEPT_TESTS, withTest } from './rule-test';
import type { VisitState } from './visit-store';

/** Characters of the visitor's words that become the name by themselves. */
const NAME_CHARACTERS = 24;

export function KeepTest({ answer }: { answer: NonNullable<VisitState['answer']> }) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const { visit, explanation } = answer;
  const plan = explanation.steps.find((step) => step.kind === 'rules')?.plan;
  if (!plan) return null;

  const where = plan.target.kind === 'away' ? plan.target.to.kind : plan.target.group.name;
  const keep = (name: string) => {
    const file = workspace.get().files[KEPT_TESTS] ?? '';
    workspace.add({ [KEPT_TESTS]: withTest(file, name.trim() || t('visitor.keep.unnamed'), visit, plan) });
    setOpen(false);
    navigate({ tab: 'tests' });
  };
  return (
    <Popover
      open={isOpen}
      onOpenChange={setOpen}
      trigger="click"
      placement="bottomRight"
      destroyOnHidden
      title={t('visitor.keep.title')}
      content={<NameForm suggested={`${[...visit.text.trim()].slice(0, NAME_CHARACTERS).join('')} → ${where}`} onKeep={keep} />}
    >
      <Button size="small" icon={<CheckSquareOutlined />} data-testid="keep-test">
        {t('visitor.keep.action')}
      </Button>
    </Popover>
  );
}

/** Has the name to itself: a popover that is just opening does not draw anew what is in it. */
function NameForm({ suggested, onKeep }: { suggested: string; onKeep: (name: string) => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState(suggested);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onKeep(name);
      }}
    >
      <p>{t('visitor.keep.help')}</p>
      <Space.Compact block>
        <Input
          value={name}
          onChange={(event) => setName(event.target.value)}
          maxLength={80}
          aria-label={t('visitor.keep.name')}
          data-testid="test-name"
          autoFocus
        />
        <Button type="primary" htmlType="submit" data-testid="keep-test-confirm">
          {t('visitor.keep.confirm')}
        </Button>
      </Space.Compact>
    </form>
  );
}
