/** Signs in at the host, in the place of what only its people see. */
import { Alert, Button, Form, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { signIn } from '../modules/host';
import { useWorkspace } from '../workspace/workspace';
import { publishing } from './publishing';
import styles from './publish.module.css';

interface Fields {
  tenant: string;
  name: string;
  password: string;
}

export function SignInForm() {
  const { t } = useTranslation();
  const { example } = useWorkspace();
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  const submit = async ({ tenant, name, password }: Fields) => {
    setBusy(true);
    setProblem(null);
    try {
      await signIn(tenant, name, password);
      await publishing.refresh();
    } catch (error) {
      setProblem(error instanceof Error && error.message ? error.message : t('modules.unreachable'));
    } finally {
      setBusy(false);
    }
  };

  return (
    <Form<Fields>
      layout="vertical"
      requiredMark={false}
      initialValues={{ tenant: example }}
      onFinish={(fields) => void submit(fields)}
      className={styles.signIn ?? ''}
      data-testid="publish-sign-in"
    >
      <p className={styles.hint}>{t('publish.signInWhy')}</p>
      <Form.Item name="tenant" label={t('modules.signIn.tenant')} rules={[{ required: true }]}>
        <Input autoComplete="organization" />
      </Form.Item>
      <Form.Item name="name" label={t('modules.signIn.name')} rules={[{ required: true }]}>
        <Input autoComplete="username" autoFocus />
      </Form.Item>
      <Form.Item name="password" label={t('modules.signIn.password')} rules={[{ required: true }]}>
        <Input.Password autoComplete="current-password" />
      </Form.Item>
      {problem !== null && <Alert type="error" showIcon title={problem} className={styles.gap ?? ''} />}
      <Button type="primary" htmlType="submit" loading={isBusy}>
        {t('modules.signIn.ok')}
      </Button>
    </Form>
  );
}
