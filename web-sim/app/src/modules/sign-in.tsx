/** Signs in at the host, which compiles modules only for its own people. */
import { Alert, Form, Input, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { onEnter, useFirstField } from '../shell/dialog-field';
import { useWorkspace } from '../workspace/workspace';
import { compiler, useCompiler } from './compile';
import { signIn } from './host';
import styles from './dialogs.module.css';

interface Fields {
  tenant: string;
  name: string;
  password: string;
}

export function SignIn() {
  const { t } = useTranslation();
  const { example } = useWorkspace();
  const { isSigningIn } = useCompiler();
  const [form] = Form.useForm<Fields>();
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const { field, afterOpenChange } = useFirstField();

  const submit = async ({ tenant, name, password }: Fields) => {
    setBusy(true);
    setProblem(null);
    try {
      await signIn(tenant, name, password);
      compiler.signedIn();
    } catch (error) {
      setProblem(error instanceof Error && error.message ? error.message : t('modules.unreachable'));
    } finally {
      setBusy(false);
    }
  };

  return (
    <Modal
      open={isSigningIn}
      title={t('modules.signIn.title')}
      okText={t('modules.signIn.ok')}
      cancelText={t('shell.cancel')}
      okButtonProps={{ loading: isBusy }}
      onOk={() => form.submit()}
      onCancel={() => compiler.set({ isSigningIn: false })}
      afterOpenChange={afterOpenChange}
      width={400}
      destroyOnHidden
    >
      <p className={styles.why}>{t('modules.signIn.why')}</p>
      <Form form={form} layout="vertical" requiredMark={false} initialValues={{ tenant: example }} onFinish={submit} data-testid="sign-in">
        <Form.Item name="tenant" label={t('modules.signIn.tenant')} rules={[{ required: true }]}>
          <Input autoComplete="organization" />
        </Form.Item>
        <Form.Item name="name" label={t('modules.signIn.name')} rules={[{ required: true }]}>
          <Input ref={field} autoComplete="username" />
        </Form.Item>
        <Form.Item name="password" label={t('modules.signIn.password')} rules={[{ required: true }]}>
          <Input.Password autoComplete="current-password" onPressEnter={onEnter(form.submit)} />
        </Form.Item>
      </Form>
      {problem !== null && <Alert type="error" showIcon title={problem} />}
    </Modal>
  );
}
