/** A module in the place of the editor: what it is, what it may use, whether it can run, and what it used. */
import { CheckCircleFilled, ClockCircleOutlined, CloseCircleFilled, DeploymentUnitOutlined } from '@ant-design/icons';
import { useEffect, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { RemoveFile } from '../editor/file-actions';
import { goTo } from '../editor/go-to';
import { reference } from '../editor/knowledge';
import type { ModuleBounds } from '../generated/types/ModuleBounds';
import { CopyText } from '../shell/copy-text';
import { count } from '../simulate/format';
import { useWorkspace, workspace } from '../workspace/workspace';
import { useAdding } from './adding';
import { useCompiler } from './compile';
import { CompilationNote } from './compilation-note';
import { bytes } from './format';
import { KEPT_BYTES_MAX } from './kept';
import { library } from './library';
import { ModuleUse } from './module-use';
import { plainName, ruleFile } from './naming';
import styles from './module-view.module.css';

/** The limits that hold for every module, once the engine has told them. */
function useBounds(): ModuleBounds | null {
  const [bounds, setBounds] = useState<ModuleBounds | null>(null);
  useEffect(() => {
    let gone = false;
    // What goes wrong with the engine is told by the workspace.
    reference().then(({ modules }) => !gone && setBounds(modules), () => undefined);
    return () => {
      gone = true;
    };
  }, []);
  return bounds;
}

export default function ModuleView({ file }: { file: string }) {
  const { t, i18n } = useTranslation();
  const { files, checked } = useWorkspace();
  const { unkept } = useAdding();
  const compilation = useCompiler().modules[files[file] ?? ''];
  const bounds = useBounds();

  const hash = files[file] ?? '';
  const about = checked?.modules.find((module) => module.file === file && module.hash === hash);
  const module = about?.module;
  const limits = about?.limits;
  const rule = ruleFile(file);
  const line = checked?.catalogue?.rules.find((known) => ruleFile(known.file) === rule);
  const size = about?.bytes ?? library.get(hash)?.wasm.length;
  const state = module ? 'ready' : compilation?.kind === 'refused' ? 'refused' : 'not-ready';

  return (
    <div className={styles.view} data-testid="module" data-file={file} data-state={state}>
      <div className={styles.head}>
        <span>{file}</span>
        <RemoveFile file={file} />
      </div>
      <div className={styles.scroll}>
        <h2 className={styles.title}>
          <DeploymentUnitOutlined className={styles.icon} />
          <span>{line?.name ?? plainName(file)}</span>
          <span className={styles.state} data-state={state} role="status">
            {state === 'ready' ? <CheckCircleFilled /> : state === 'refused' ? <CloseCircleFilled /> : <ClockCircleOutlined />}
            {t(`modules.state.${state}`)}
          </span>
        </h2>
        {!module && about && <CompilationNote hash={hash} isHere={library.get(hash) !== undefined} />}

        <dl className={styles.facts}>
          <Fact name={t('modules.hash')}>
            <CopyText text={hash} shown={hash.slice(0, 16)} testId="module-hash" />
          </Fact>
          {size !== undefined && <Fact name={t('modules.size')}>{bytes(size)}</Fact>}
          {module && (
            <>
              <Fact name={t('modules.contract')}>
                <code>pointsman:rule@{module.contract}</code>
              </Fact>
              <Fact name={t('modules.hooks')} help={t('modules.hooksHelp')}>
                <Codes items={module.hooks} />
                {line && line.hooks.length < module.hooks.length && (
                  <span className={styles.aside}>{t('modules.asked', { hooks: line.hooks.join(', ') })}</span>
                )}
              </Fact>
              <Fact name={t('modules.imports')} help={t('modules.importsHelp')}>
                {module.imports.length > 0 ? <Codes items={module.imports} /> : t('modules.noImports')}
              </Fact>
            </>
          )}
          {limits && (
            <>
              <Fact name={t('modules.fuel')} help={t('modules.fuelHelp')}>
                {count(limits.fuel, i18n.language)}
                {bounds && (
                  <span className={styles.aside}>
                    {limits.fuel === bounds.default.fuel && `${t('modules.default')} · `}
                    {t('modules.most', { amount: count(bounds.most.fuel, i18n.language) })}
                  </span>
                )}
              </Fact>
              <Fact name={t('modules.memory')}>
                {bytes(limits.memory_bytes)}
                {bounds && (
                  <span className={styles.aside}>
                    {limits.memory_bytes === bounds.default.memory_bytes && `${t('modules.default')} · `}
                    {t('modules.most', { amount: bytes(bounds.most.memory_bytes) })}
                    {module && ` · ${t('modules.startsWith', { amount: bytes(module.memory_bytes_min) })}`}
                  </span>
                )}
              </Fact>
            </>
          )}
          <Fact name={t('modules.rule')}>
            <button type="button" className={styles.link} onClick={() => goTo(rule, null)} disabled={!(rule in files)}>
              {rule in files ? rule : t('modules.noRule')}
            </button>
          </Fact>
        </dl>
        {module && <ModuleUse file={file} />}
        {workspace.isChanged(file) && (
          <p className={styles.kept}>
            {unkept.includes(hash) ? t('modules.notKept', { bytes: bytes(KEPT_BYTES_MAX) }) : t('modules.kept')} {t('modules.noLink')}
          </p>
        )}
      </div>
    </div>
  );
}

function Fact({ name, help, children }: { name: string; help?: string; children: ReactNode }) {
  return (
    <div className={styles.fact}>
      <dt title={help}>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Codes({ items }: { items: readonly string[] }) {
  return items.map((item) => (
    <code key={item} className={styles.code}>
      {item}
    </code>
  ));
}
