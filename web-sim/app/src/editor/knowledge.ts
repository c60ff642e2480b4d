/** What completion and hover know: the engine's reference of scripts, and the tenant's own names. */
import i18next from 'i18next';
import { engine } from '../engine/client';
import type { ApiType } from '../generated/types/ApiType';
import type { Catalogue } from '../generated/types/Catalogue';
import type { Reference } from '../generated/types/Reference';
import type { ReferenceHook } from '../generated/types/ReferenceHook';
import type { ReferenceItem } from '../generated/types/ReferenceItem';
import { workspace } from '../workspace/workspace';

let asked: Promise<Reference> | null = null;

/** The reference, asked for once. */
export function reference(): Promise<Reference> {
  asked ??= engine.call('reference', null).catch((error: unknown) => {
    asked = null;
    throw error;
  });
  return asked;
}

/** The names that a parameter of this type takes, with the names people read. */
export function namesOf(type: ApiType): { label: string; detail: string }[] {
  const catalogue = workspace.get().checked?.catalogue;
  if (!catalogue) return [];
  const list = (items: Catalogue['channels'], what: string) =>
    items.map(({ slug, name }) => ({ label: slug, detail: name === slug ? what : name }));
  switch (type) {
    case 'group-name':
      return list(catalogue.groups, i18next.t('editor.complete.group'));
    case 'agent-name':
      return list(catalogue.agents, i18next.t('editor.complete.agent'));
    case 'skill-name':
      return list(catalogue.skills, i18next.t('editor.complete.skill'));
    case 'channel-name':
      return list(catalogue.channels, i18next.t('editor.complete.channel'));
    case 'hours-name':
      return catalogue.hours.map((label) => ({ label, detail: i18next.t('editor.complete.hours') }));
    case 'entry-name':
      return catalogue.entries.map((label) => ({ label, detail: i18next.t('editor.complete.entry') }));
    default:
      return [];
  }
}

/** The documentation of an item or hook as it is shown beside it: signature, what it does, an example. */
export function documentation({ signature, api }: ReferenceItem | ReferenceHook): HTMLElement {
  const root = document.createElement('div');
  root.className = 'pm-doc';
  const add = (tag: string, className: string, text: string) => {
    const element = document.createElement(tag);
    element.className = className;
    element.textContent = text;
    root.append(element);
  };
  add('code', 'pm-doc-signature', signature);
  add('p', 'pm-doc-text', i18next.language === 'en' ? api.doc : api.doc_zh);
  if ('hooks' in api && api.hooks.length > 0) {
    add('p', 'pm-doc-note', i18next.t('editor.onlyIn', { hooks: api.hooks.join(', ') }));
  }
  if (api.example) {
    add('pre', 'pm-doc-example', 'result' in api && api.result ? `${api.example}  // ${api.result}` : api.example);
  }
  return root;
}
