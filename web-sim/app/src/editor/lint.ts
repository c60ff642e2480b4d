/** The engine's findings as underlines, with a quick fix where the engine knows the word that was meant. */
import { setDiagnostics, type Action, type Diagnostic } from '@codemirror/lint';
import type { EditorState, TransactionSpec } from '@codemirror/state';
import i18next from 'i18next';
import type { Finding } from '../generated/types/Finding';
import { findingLead } from './finding-kind';
import { range } from './positions';

/** Shows the findings of one file. */
export function showFindings(state: EditorState, findings: readonly Finding[]): TransactionSpec {
  const diagnostics = findings.map((finding) => diagnostic(state, finding));
  return setDiagnostics(state, diagnostics.sort((a, b) => a.from - b.from));
}

function diagnostic(state: EditorState, finding: Finding): Diagnostic {
  const { from, to } = range(state.doc, finding.place);
  const { severity, message, code, did_you_mean, help } = finding;
  return {
    from,
    to,
    severity,
    message,
    actions: did_you_mean === null ? [] : [replaceBy(did_you_mean)],
    renderMessage: () => {
      const root = document.createElement('div');
      const lead = findingLead(code);
      if (lead) root.append(Object.assign(document.createElement('div'), { className: 'pm-lint-lead', textContent: lead }));
      root.append(...quoted(message));
      const foot = document.createElement('div');
      foot.className = 'pm-lint-help';
      foot.textContent = [help, code].filter(Boolean).join(' · ');
      root.append(foot);
      return root;
    },
  };
}

/** A message whose quoted parts are code; text nodes only, since messages quote what people wrote. */
function quoted(message: string): Node[] {
  return message.split('`').map((part, at) => {
    if (at % 2 === 0) return document.createTextNode(part);
    const code = document.createElement('code');
    code.textContent = part;
    return code;
  });
}

/** Puts the word in the finding's place, inside the quotes if there are any. */
function replaceBy(word: string): Action {
  return {
    name: i18next.t('editor.didYouMean', { word }),
    apply: (view, from, to) => {
      const text = view.state.sliceDoc(from, to);
      const quote = /^(["'`]).*\1$/s.exec(text)?.[1] ?? '';
      view.dispatch({ changes: { from, to, insert: `${quote}${word}${quote}` } });
    },
  };
}
