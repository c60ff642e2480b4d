/** A period of the host's journal, to be fetched as a recording. */
import { Alert, Checkbox, DatePicker, Form, Modal } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { SignInForm } from '../publish/sign-in-form';
import { recordings, useRecordings } from './recording-store';

interface Fields {
  period: [Dayjs, Dayjs];
  isMasked: boolean;
}

export function FetchDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { problem, reading } = useRecordings();
  const [form] = Form.useForm<Fields>();
  const [wasAsked, setAsked] = useState(false);
  const fetchIt = async ({ period: [from, until], isMasked }: Fields) => {
    setAsked(true);
    const isThere = await recordings.fetch({ from: from.valueOf(), until: until.valueOf(), isMasked });
    if (isThere) onClose();
  };
  const now = dayjs();
  return (
    <Modal
      open
      title={t('replay.fetchTitle')}
      okText={t('replay.fetchOk')}
      cancelText={t('shell.cancel')}
      okButtonProps={{ loading: reading !== null }}
      onOk={() => form.submit()}
      onCancel={onClose}
      width={480}
    >
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ period: [now.subtract(1, 'day'), now], isMasked: true }}
        onFinish={(fields) => void fetchIt(fields)}
        data-testid="fetch-form"
      >
        <Form.Item name="period" label={t('replay.period')} rules={[{ required: true }]}>
          <DatePicker.RangePicker showTime={{ format: 'HH:mm' }} format="YYYY-MM-DD HH:mm" />
        </Form.Item>
        <Form.Item name="isMasked" valuePropName="checked" help={t('replay.maskHelp')}>
          <Checkbox>{t('replay.mask')}</Checkbox>
        </Form.Item>
      </Form>
      {wasAsked && problem?.kind === 'no-host' && <Alert type="info" showIcon title={t('replay.noHost')} />}
      {wasAsked && (problem?.kind === 'host' || problem?.kind === 'file') && <Alert type="error" showIcon title={problem.message} />}
      {wasAsked && problem?.kind === 'sign-in' && <SignInForm />}
    </Modal>
  );
}
