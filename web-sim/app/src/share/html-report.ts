/** Reports as HTML files, written by the same code as on the command line. */
import { useTranslation } from 'react-i18next';
import { engine } from '../engine/client';
import type { About } from '../generated/types/About';
import type { Report } from '../generated/types/Report';
import { useWorkspace } from '../workspace/workspace';

/** What a report is told beside the figures: whose it is, in which zone, in the page's language. */
export function useAbout(): About {
  const { i18n } = useTranslation();
  const { example, checked } = useWorkspace();
  const catalogue = checked?.catalogue;
  return {
    tenant: catalogue?.name ?? example,
    zone: catalogue?.zone ?? 'UTC',
    language: i18n.language === 'en' ? 'en' : 'zh',
  };
}

/** Opens a report in a tab of its own; where the browser does not allow that, it is kept as a file. */
export async function openReport(report: Report, about: About): Promise<void> {
  const html = await engine.call('reportHtml', { report, about });
  const url = URL.createObjectURL(new Blob([html], { type: 'text/html' }));
  if (!window.open(url, '_blank')) save(`report-${report.seed}.html`, url);
  // The other tab has read it by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Hands a text to the browser as a file to keep. */
export function download(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  save(name, url);
  URL.revokeObjectURL(url);
}

function save(name: string, url: string): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
}
