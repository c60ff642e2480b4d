/** Be a visitor: a message, and the whole way it goes. */
import { FileSearchOutlined } from '@ant-design/icons';
import { Alert, Button, Checkbox, DatePicker, Input, Select } from 'antd';
import dayjs from 'dayjs';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { blame } from '../blame/blame-store';
import type { Staffing } from '../generated/types/Staffing';
import { useWorkspace, workspace } from '../workspace/workspace';
import { KeepTest } from './keep-test';
import { RoutePicture } from './route-picture';
import { Candidates, RulesTrace } from './trace';
import { AT_DEFAULT, AT_FORMAT, useVisitor, visitor } from './visit-store';
import styles from './visitor-panel.module.css';
import { wayOf } from './way';

/** What the site says about the customer, from entries such as `plan=enterprise`. */
function attributesOf(entries: readonly string[]): Record<string, string> {
  const pairs = entries.map((entry) => {
    const [name = '', ...value] = entry.split(/[=＝]/);
    return [name.trim(), value.join('=').trim()] as const;
  });
  return Object.fromEntries(pairs.filter(([name]) => name !== ''));
}

const STAFFINGS: readonly Staffing[] = ['on-shift', 'busy', 'offline'];
const VIP_LEVELS = [0, 1, 2, 3];

export function VisitorPanel({ opening }: { opening: string }) {
  const { t, i18n } = useTranslation();
  const { example, files, checked, checkedFiles } = useWorkspace();
  const { visit, answer, refused } = useVisitor();
  const catalogue = checked?.catalogue;
  const errors = checked?.findings.filter((finding) => finding.severity === 'error').length ?? 0;
  const isSound = checked?.sound === true;

  useEffect(() => visitor.open(example, opening), [example, opening]);
  useEffect(() => {
    if (isSound && checkedFiles) void visitor.explain(checkedFiles);
  }, [isSound, checkedFiles, visit]);

  const languageName = new Intl.DisplayNames([i18n.language], { type: 'language' });
  return (
    <div className={styles.panel}>
      <form className={styles.form} onSubmit={(event) => event.preventDefault()}>
        <label className={styles.message}>
          <span className={styles.hidden}>{t('visitor.message')}</span>
          <Input.TextArea
            value={visit.text}
            onChange={(event) => visitor.change({ text: event.target.value })}
            placeholder={t('visitor.placeholder')}
            autoSize={{ minRows: 1, maxRows: 4 }}
            variant="filled"
            size="large"
            data-testid="message"
          />
        </label>
        <div className={styles.fields}>
          <label>
            {t('visitor.channel')}
            <Select
              value={visit.channel ?? catalogue?.channels[0]?.slug ?? null}
              onChange={(channel: string) => visitor.change({ channel })}
              options={(catalogue?.channels ?? []).map(({ slug, name }) => ({ value: slug, label: name }))}
              popupMatchSelectWidth={false}
            />
          </label>
          {catalogue && catalogue.entries.length > 0 && (
            <label>
              {t('visitor.entry')}
              <Select
                value={visit.entry ?? ''}
                onChange={(entry) => visitor.change({ entry: entry || null })}
                options={[{ value: '', label: t('visitor.noEntry') }, ...catalogue.entries.map((entry) => ({ value: entry, label: entry }))]}
                popupMatchSelectWidth={false}
              />
            </label>
          )}
          <label>
            {t('visitor.language')}
            <Select
              value={visit.language ?? ''}
              onChange={(language) => visitor.change({ language: language || null })}
              options={[
                { value: '', label: t('visitor.anyLanguage') },
                ...(catalogue?.languages ?? []).map((tag) => ({ value: tag, label: languageName.of(tag) ?? tag })),
              ]}
              popupMatchSelectWidth={false}
            />
          </label>
          <label>
            {t('visitor.vip')}
            <Select
              value={visit.vip}
              onChange={(vip) => visitor.change({ vip })}
              options={VIP_LEVELS.map((level) => ({
                value: level,
                label: level === 0 ? t('visitor.notVip') : t('visitor.vipLevel', { level }),
              }))}
              popupMatchSelectWidth={false}
            />
          </label>
          <Checkbox checked={visit.returning} onChange={(event) => visitor.change({ returning: event.target.checked })}>
            {t('visitor.returning')}
          </Checkbox>
          <label>
            {t('visitor.staffing.label')}
            <Select
              value={visit.staffing}
              onChange={(staffing) => visitor.change({ staffing })}
              options={STAFFINGS.map((value) => ({ value, label: t(`visitor.staffing.${value}`) }))}
              popupMatchSelectWidth={false}
            />
          </label>
          <label>
            {t('visitor.at')}
            <DatePicker
              value={dayjs(visit.at ?? AT_DEFAULT)}
              onChange={(at) => at && visitor.change({ at: at.format(AT_FORMAT) })}
              showTime={{ format: 'HH:mm', minuteStep: 5 }}
              format="YYYY-MM-DD ddd HH:mm"
              allowClear={false}
              suffixIcon={null}
              className={styles.at ?? ''}
            />
          </label>
          <label>
            {t('visitor.attributes')}
            <Select
              mode="tags"
              open={false}
              suffixIcon={null}
              value={Object.entries(visit.attributes).map(([name, value]) => `${name}=${value}`)}
              onChange={(entries: string[]) => visitor.change({ attributes: attributesOf(entries) })}
              placeholder={t('visitor.attributesHint')}
              className={styles.attributes ?? ''}
              data-testid="attributes"
            />
          </label>
        </div>
      </form>
      <div className={styles.scroll}>
        {checked && !isSound && (
          <Alert type="warning" showIcon title={t(answer ? 'shell.staleResult' : 'shell.hasErrors', { errors })} />
        )}
        {refused && 'message' in refused && <Alert type="warning" showIcon title={refused.message} />}
        {answer && catalogue && (
          <>
            <div className={styles.actions}>
              {workspace.changes() > 0 && (
                <Button
                  size="small"
                  icon={<FileSearchOutlined />}
                  disabled={!isSound}
                  onClick={() => void blame.start({ live: workspace.original(), files, question: { kind: 'visit', visit: answer.visit, aspect: null } })}
                  data-testid="ask-blame"
                >
                  {t('blame.ask')}
                </Button>
              )}
              <KeepTest answer={answer} />
            </div>
            <RoutePicture answer={answer} catalogue={catalogue} />
            <RulesTrace rules={wayOf(answer.explanation).rules?.rules ?? []} />
            <Candidates
              placement={wayOf(answer.explanation).placement}
              aside={t('visitor.present', { count: answer.explanation.present })}
            />
          </>
        )}
      </div>
    </div>
  );
}
