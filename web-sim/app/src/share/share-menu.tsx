/** Sends the page's state elsewhere, and takes it from there. */
import { CopyOutlined, DiffOutlined, DownloadOutlined, FileDoneOutlined, FileMarkdownOutlined, FileTextOutlined, FolderOpenOutlined, ShareAltOutlined, TableOutlined } from '@ant-design/icons';
import { App as AntApp, Button, Dropdown } from 'antd';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useCompare } from '../compare/compare-store';
import { engine } from '../engine/client';
import { isModule } from '../engine/protocol';
import { player } from '../floor/player';
import { useRun } from '../simulate/run-store';
import { difference, type Draft } from '../workspace/drafts';
import { exampleNames } from '../workspace/examples';
import { formatHash, navigate, useUrlState } from '../workspace/url-state';
import { useWorkspace, workspace } from '../workspace/workspace';
import { download, useAbout } from './html-report';
import { incoming } from './incoming';
import { LINK_CHARACTERS_MAX, packed, ShareError } from './payload';
import { read, written } from './run-file';
import { sharedFloor, type SharedFloor } from './shared-floor';
import { tableFile } from './table-file';

export function ShareMenu() {
  const { t } = useTranslation();
  const { message } = AntApp.useApp();
  const url = useUrlState();
  const { files, checked, example } = useWorkspace();
  const { result } = useRun();
  const compared = useCompare().result;
  const about = useAbout();
  const picker = useRef<HTMLInputElement>(null);

  const draft = () => difference(workspace.original(), files);
  const tell = (error: unknown) =>
    void message.error(t(`share.problem.${error instanceof ShareError ? error.problem : 'broken'}`));

  /**
   * The day on the floor, where that is what is looked at, unless it is nothing but the beginning of the scenario that the
   * address names.
   */
  const floorNow = (changes: Draft): SharedFloor | null => {
    if (url.tab !== 'floor') return null;
    const { run, plan, injections } = player.get();
    const at = player.now?.at;
    if (!run || !plan || at === undefined) return null;
    const day = sharedFloor(workspace.original(), changes, { files: run.files, injections }, at);
    return day.began === null && injections.length === 0 && at <= plan.start ? null : day;
  };

  const copy = async (asMarkdown: boolean) => {
    const changes = draft();
    const hash = formatHash({ ...url, tenant: example });
    const bare = `${location.origin}${location.pathname}${hash}`;
    const day = floorNow(changes);
    const parts = [
      bare,
      ...(Object.keys(changes).length === 0 ? [] : [`draft=${await packed(changes)}`]),
      ...(day ? [`floor=${await packed(day)}`] : []),
    ];
    const link = parts.join('&');
    if (link.length > LINK_CHARACTERS_MAX) return void message.warning(t('share.linkTooLong'));
    const text = asMarkdown ? `[Pointsman: ${checked?.catalogue?.name ?? example}](${link})` : link;
    try {
      await navigator.clipboard.writeText(text);
      void message.success(t(Object.keys(changes).some(isModule) ? 'share.copiedWithoutModules' : 'share.copied'));
    } catch {
      void message.error(t('share.notCopied'));
    }
  };
  const fileName = ({ scenario, seed }: { scenario: string; seed: number }) => `${example}-${scenario}-${seed}`;
  const name = fileName(result ?? url);
  const save = () => {
    const changes = draft();
    const floor = floorNow(changes);
    // A day opens on the floor, where no run is made that could be held against the digest.
    const isSame = floor === null && result !== null && result.files === files;
    const start = (floor && player.get().run?.start) ?? result ?? url;
    const run = {
      engine: result?.report.engine ?? '',
      tenant: example,
      scenario: start.scenario,
      seed: start.seed,
      draft: changes,
      digest: isSame ? result.report.digest : null,
      report: isSame ? result.report : null,
      floor,
    };
    download(`${fileName(start)}.pointsman.json`, 'application/json', written(run));
  };
  const saveHtml = async (name: string, html: Promise<string>) => {
    try {
      download(`${name}.html`, 'text/html', await html);
    } catch {
      void message.error(t('share.problem.report'));
    }
  };
  const open = async (file: File) => {
    try {
      const run = await read(file, exampleNames);
      navigate({ tenant: run.tenant, scenario: run.scenario, seed: run.seed, tab: run.floor ? 'floor' : 'simulate', file: '' });
      incoming.take({ tenant: run.tenant, draft: run.draft, digest: run.digest }, run.floor);
    } catch (error) {
      tell(error);
    }
  };

  return (
    <>
      <Dropdown
        trigger={['click']}
        menu={{
          items: [
            { key: 'link', icon: <CopyOutlined />, label: t('share.link'), onClick: () => void copy(false) },
            { key: 'markdown', icon: <FileMarkdownOutlined />, label: t('share.markdown'), onClick: () => void copy(true) },
            { type: 'divider' },
            { key: 'save', icon: <DownloadOutlined />, label: t('share.save'), onClick: save },
            { key: 'open', icon: <FolderOpenOutlined />, label: t('share.open'), onClick: () => picker.current?.click() },
            { type: 'divider' },
            {
              key: 'html',
              icon: <FileDoneOutlined />,
              label: t('share.html'),
              disabled: !result,
              onClick: () => result && void saveHtml(name, engine.call('reportHtml', { report: result.report, about })),
            },
            {
              key: 'comparison-html',
              icon: <DiffOutlined />,
              label: t('share.comparisonHtml'),
              disabled: !compared,
              onClick: () =>
                compared &&
                void saveHtml(
                  `${example}-${compared.question.scenario}-comparison`,
                  engine.call('comparisonHtml', { pairs: compared.pairs, about }),
                ),
            },
            {
              key: 'table',
              icon: <TableOutlined />,
              label: t('share.table'),
              disabled: !result,
              onClick: () => result && download(`${name}.csv`, 'text/csv', tableFile(result.report)),
            },
            {
              key: 'report',
              icon: <FileTextOutlined />,
              label: t('share.json'),
              disabled: !result,
              onClick: () => result && download(`${name}.json`, 'application/json', JSON.stringify(result.report, null, 1)),
            },
          ],
        }}
      >
        <Button type="text" icon={<ShareAltOutlined />} data-testid="share">
          {t('share.title')}
        </Button>
      </Dropdown>
      <input
        ref={picker}
        type="file"
        accept=".json"
        hidden
        aria-hidden
        tabIndex={-1}
        data-testid="open-run"
        onChange={(event) => {
          const file = event.target.files?.[0];
          event.target.value = '';
          if (file) void open(file);
        }}
      />
    </>
  );
}
