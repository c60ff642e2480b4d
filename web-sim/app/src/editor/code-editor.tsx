/** The editor of one tenant's files. Each file keeps its own history while the page is open. */
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { bracketMatching, indentOnInput, indentUnit, StreamLanguage } from '@codemirror/language';
import { toml } from '@codemirror/legacy-modes/mode/toml';
import { lintGutter, lintKeymap } from '@codemirror/lint';
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search';
import { Compartment, EditorState, type Extension } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { usePalette } from '../theme/app-theme';
import { dark, type Palette } from '../theme/palette';
import { useStore } from '../workspace/store';
import { useWorkspace, workspace } from '../workspace/workspace';
import { appearance } from './appearance';
import './code-editor.css';
import { completionFor, scriptHover } from './completion';
import { goal } from './go-to';
import { RemoveFile } from './file-actions';
import { showFindings } from './lint';
import { range } from './positions';
import { rhai } from './rhai-mode';

const look = new Compartment();
const tomlMode = StreamLanguage.define(toml);

function language(path: string): Extension {
  if (path.endsWith('.rhai')) return [rhai, scriptHover];
  return path.endsWith('.toml') ? tomlMode : EditorView.lineWrapping;
}

function extensions(path: string, label: string, palette: Palette): Extension {
  return [
    lineNumbers(),
    lintGutter(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    history(),
    drawSelection(),
    indentOnInput(),
    indentUnit.of('    '),
    bracketMatching(),
    closeBrackets(),
    highlightSelectionMatches(),
    autocompletion({ override: [completionFor(path)], icons: false }),
    language(path),
    look.of(appearance(palette, palette === dark)),
    EditorView.contentAttributes.of({ 'aria-label': `${label}: ${path}`, spellcheck: 'false', tabindex: '0' }),
    keymap.of([
      { key: 'Mod-Enter', run: () => true }, // the page runs the simulation
      ...closeBracketsKeymap,
      ...completionKeymap,
      ...lintKeymap,
      ...searchKeymap,
      ...historyKeymap,
      ...defaultKeymap,
      indentWithTab,
    ]),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) workspace.write(path, update.state.doc.toString());
    }),
  ];
}

interface CodeEditorProps {
  file: string;
  /** Out of sight while something else is shown, so that the files keep their histories. */
  isHidden?: boolean;
}

export function CodeEditor({ file, isHidden = false }: CodeEditorProps) {
  const { t } = useTranslation();
  const { files, opened, checked, checkedFiles } = useWorkspace();
  const palette = usePalette();
  const wanted = useStore(goal).goal;
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const states = useRef(new Map<string, EditorState>());
  const shown = useRef({ file: '', opened: 0 });
  const label = t('editor.label');

  useEffect(() => {
    if (!host.current) return;
    const created = new EditorView({ parent: host.current });
    view.current = created;
    const kept = states.current;
    return () => {
      created.destroy();
      view.current = null;
      shown.current = { file: '', opened: 0 };
      kept.clear();
    };
  }, []);

  // Another file, or files that changed otherwise than by typing.
  useEffect(() => {
    const current = view.current;
    if (!current) return;
    if (shown.current.file) states.current.set(shown.current.file, current.state);
    if (shown.current.opened !== opened) states.current.clear();
    const doc = files[file] ?? '';
    const known = states.current.get(file);
    const isSame = known?.doc.toString() === doc;
    current.setState(known && isSame ? known : EditorState.create({ doc, extensions: extensions(file, label, palette) }));
    current.dispatch({ effects: look.reconfigure(appearance(palette, palette === dark)) });
    shown.current = { file, opened };
    // What is typed comes from this editor itself: `files` is read only when one of these changes.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [file, opened, label]);

  useEffect(() => {
    view.current?.dispatch({ effects: look.reconfigure(appearance(palette, palette === dark)) });
  }, [palette]);

  useEffect(() => {
    const current = view.current;
    // While one types, the marks of the last check move along with the text.
    if (!current || !checked || checkedFiles?.[file] !== current.state.doc.toString()) return;
    const findings = checked.findings.filter((finding) => finding.file === file);
    current.dispatch(showFindings(current.state, findings));
  }, [checked, checkedFiles, file, opened, label]);

  useEffect(() => {
    const current = view.current;
    if (!current || wanted?.file !== file) return;
    goal.set({ goal: null });
    const { from, to } = range(current.state.doc, wanted.place);
    current.dispatch({ selection: { anchor: from, head: wanted.place ? to : from }, effects: EditorView.scrollIntoView(from, { y: 'center' }) });
    current.focus();
  }, [wanted, file, opened]);

  return (
    <div className="pm-editor" hidden={isHidden} data-testid="editor" data-file={file} title={file in files ? undefined : t('editor.noFile')}>
      <div className="pm-editor-head">
        <span>{file}</span>
        <span className="pm-editor-hint">{t('editor.escapeHint')}</span>
        {file in files && <RemoveFile file={file} />}
      </div>
      <div ref={host} className="pm-editor-host" />
    </div>
  );
}
