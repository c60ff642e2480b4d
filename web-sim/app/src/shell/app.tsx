/** The page: files and editor on the left, what the rules do on the right. */
import { Alert, Skeleton, Splitter, Tabs } from 'antd';
import { lazy, Suspense, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useBlame } from '../blame/blame-store';
import { CodeEditor } from '../editor/code-editor';
import { FileList } from '../editor/file-list';
import { Problems } from '../editor/problems';
import { isModule, modulesOf } from '../engine/protocol';
import { FloorPanel } from '../floor/floor-panel';
import { useLife } from '../life/life-store';
import { useAdding } from '../modules/adding';
import { DropZone } from '../modules/drop-zone';
import { SCENARIOS } from '../scenario/scenario-file';
import { Arrivals } from '../share/arrivals';
import { usePublishing } from '../publish/publishing';
import { SimulatePanel } from '../simulate/simulate-panel';
import { TestsBadge, TestsPanel } from '../tests/tests-panel';
import { VisitorPanel } from '../visitor/visitor-panel';
import { exampleNames, exampleOpening } from '../workspace/examples';
import { navigate, useUrlState, type Tab } from '../workspace/url-state';
import { useWorkspace, workspace } from '../workspace/workspace';
import styles from './app.module.css';
import { loadShare, saveShare } from './layout';
import { StatusBar } from './status-bar';
import { TopBar } from './top-bar';

// Most tenants have no module: what shows one is fetched with the first.
const ModuleView = lazy(() => import('../modules/module-view'));
const AnalysisPanel = lazy(() => import('../analysis/analysis-panel'));
const ComparePanel = lazy(() => import('../compare/compare-panel'));
const BlameDialog = lazy(() => import('../blame/blame-dialog'));
const StaffingPanel = lazy(() => import('../staffing/staffing-panel'));
const ModuleDialogs = lazy(() => import('../modules/dialogs'));
const ScenarioPicture = lazy(() => import('../scenario/scenario-picture'));
const LifeDrawer = lazy(() => import('../life/life-drawer'));
const PublishDrawer = lazy(() => import('../publish/publish-drawer'));

export function App() {
  const { t } = useTranslation();
  const url = useUrlState();
  const { files, fault, example } = useWorkspace();
  const [share] = useState(loadShare);
  const tenant = exampleNames.includes(url.tenant) ? url.tenant : (exampleNames[0] ?? '');

  useEffect(() => workspace.open(tenant), [tenant]);

  const opening = exampleOpening(tenant);
  const file = url.file in files ? url.file : opening.file in files ? opening.file : (Object.keys(files)[0] ?? '');
  const [text, setText] = useState('');
  if (!isModule(file) && file !== text) setText(file);
  const { picked } = useAdding();
  const { wasOpened } = usePublishing();
  const { wasOpened: wasLifeOpened } = useLife();
  const { asked } = useBlame();
  const panels = [
    { key: 'simulate', label: t('shell.tab.simulate'), children: <SimulatePanel opening={opening.scenario} /> },
    {
      key: 'compare',
      label: t('shell.tab.compare'),
      children: (
        <Suspense fallback={<Skeleton active className={styles.skeleton ?? ''} />}>
          <ComparePanel opening={opening.scenario} />
        </Suspense>
      ),
    },
    { key: 'floor', label: t('shell.tab.floor'), children: <FloorPanel opening={opening.scenario} /> },
    { key: 'visitor', label: t('shell.tab.visitor'), children: <VisitorPanel opening={opening.message} /> },
    {
      key: 'analysis',
      label: t('shell.tab.analysis'),
      children: (
        <Suspense fallback={<Skeleton active className={styles.skeleton ?? ''} />}>
          <AnalysisPanel />
        </Suspense>
      ),
    },
    {
      key: 'staffing',
      label: t('shell.tab.staffing'),
      children: (
        <Suspense fallback={<Skeleton active className={styles.skeleton ?? ''} />}>
          <StaffingPanel opening={opening.scenario} />
        </Suspense>
      ),
    },
    {
      key: 'tests',
      label: (
        <>
          {t('shell.tab.tests')} <TestsBadge />
        </>
      ),
      children: <TestsPanel />,
    },
  ];

  return (
    <div className={styles.page}>
      <TopBar tenant={tenant} />
      {fault !== null && (
        <Alert banner type="error" title={t('shell.engineFailed', { message: fault })} className={styles.fault ?? ''} />
      )}
      <Splitter className={styles.body ?? ''} onResizeEnd={saveShare}>
        <Splitter.Panel defaultSize={share} min={340}>
          <div className={styles.workbench}>
            <FileList current={file} />
            <main className={styles.source}>
              {file.startsWith(SCENARIOS) && (
                <Suspense>
                  <ScenarioPicture key={file} file={file} />
                </Suspense>
              )}
              {text !== '' && <CodeEditor key={example} file={isModule(file) ? text : file} isHidden={isModule(file)} />}
              {isModule(file) && (
                <Suspense fallback={<Skeleton active className={styles.skeleton ?? ''} />}>
                  <ModuleView key={file} file={file} />
                </Suspense>
              )}
              <Problems />
            </main>
          </div>
        </Splitter.Panel>
        <Splitter.Panel min={480}>
          <section className={styles.stage} aria-label={t('shell.stage')}>
            <Tabs
              activeKey={url.tab}
              onChange={(tab) => navigate({ tab: tab as Tab })}
              items={panels}
              className={styles.tabs ?? ''}
            />
          </section>
        </Splitter.Panel>
      </Splitter>
      <StatusBar />
      {wasOpened && (
        <Suspense>
          <PublishDrawer />
        </Suspense>
      )}
      {wasLifeOpened && (
        <Suspense>
          <LifeDrawer />
        </Suspense>
      )}
      {asked && (
        <Suspense>
          <BlameDialog />
        </Suspense>
      )}
      <DropZone />
      <Arrivals tenant={tenant} />
      {(picked.length > 0 || modulesOf(files).length > 0) && (
        <Suspense>
          <ModuleDialogs />
        </Suspense>
      )}
    </div>
  );
}
