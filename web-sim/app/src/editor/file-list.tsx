/** The tenant's files, by what they are for, with a mark on those that have problems or were changed. */
import { DeploymentUnitOutlined } from '@ant-design/icons';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { isModule, type Files } from '../engine/protocol';
import { AddModule } from '../modules/add-module';
import type { Finding } from '../generated/types/Finding';
import { AddFile } from './file-actions';
import { navigate } from '../workspace/url-state';
import { useWorkspace, workspace } from '../workspace/workspace';
import styles from './file-list.module.css';

type Area = 'settings' | 'rules' | 'tests' | 'scenarios' | 'other';

const AREAS: readonly Area[] = ['settings', 'rules', 'tests', 'scenarios', 'other'];
const SETTINGS_ORDER = ['tenant.toml', 'groups.toml', 'agents.toml', 'keywords.toml'];

function areaOf(path: string): Area {
  const folder = path.split('/')[0];
  if (folder === 'rules' || folder === 'tests' || folder === 'scenarios') return folder;
  return path.endsWith('.toml') && !path.includes('/') ? 'settings' : 'other';
}

/** Files as they are read: settings from the whole to the parts, rules by their number, the rest by name. */
export function byArea(files: Files): { area: Area; paths: string[] }[] {
  const rank = (path: string) => {
    const setting = SETTINGS_ORDER.indexOf(path);
    return setting >= 0 ? setting : Number(path.match(/\/(\d+)-/)?.[1] ?? SETTINGS_ORDER.length);
  };
  return AREAS.map((area) => ({
    area,
    paths: Object.keys(files)
      .filter((path) => areaOf(path) === area)
      .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1)),
  })).filter(({ paths }) => paths.length > 0);
}

function worst(findings: readonly Finding[]): Map<string, Finding['severity']> {
  const marks = new Map<string, Finding['severity']>();
  for (const { file, severity } of findings) {
    if (severity === 'error' || !marks.has(file)) marks.set(file, severity);
  }
  return marks;
}

export function FileList({ current }: { current: string }) {
  const { t } = useTranslation();
  const { files, checked } = useWorkspace();
  const groups = useMemo(() => byArea(files), [files]);
  const marks = useMemo(() => worst(checked?.findings ?? []), [checked]);

  return (
    <nav className={styles.list} aria-label={t('shell.files')}>
      {groups.map(({ area, paths }) => (
        <section key={area}>
          <h2 className={styles.area}>{t(`editor.area.${area}`)}</h2>
          <ul>
            {paths.map((path) => {
              const name = path.slice(path.indexOf('/') + 1);
              const [, order, rest = name] = area === 'rules' ? (name.match(/^(\d+)-(.+)$/) ?? []) : [];
              const dot = rest.lastIndexOf('.');
              const [stem, ending] = [rest.slice(0, dot), rest.slice(dot)];
              return (
                <li key={path}>
                  <button
                    type="button"
                    className={styles.file}
                    aria-current={path === current ? 'page' : undefined}
                    data-mark={marks.get(path)}
                    onClick={() => navigate({ file: path })}
                    title={path}
                  >
                    {order !== undefined && <span className={styles.order}>{order}</span>}
                    {isModule(path) && <DeploymentUnitOutlined className={styles.module} />}
                    <span className={styles.name}>
                      {stem}
                      <span className={styles.ending}>{ending}</span>
                    </span>
                    {workspace.isChanged(path) && (
                      <span className={styles.changed} role="img" aria-label={t('editor.changed')} />
                    )}
                  </button>
                </li>
              );
            })}
          </ul>
        </section>
      ))}
      <AddFile />
      <AddModule />
    </nav>
  );
}
