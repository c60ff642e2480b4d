/** One file as it was and as it became, line by line. */
import { unifiedMergeView } from '@codemirror/merge';
import { EditorState } from '@codemirror/state';
import { EditorView, lineNumbers } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { appearance } from '../editor/appearance';
import { usePalette } from '../theme/app-theme';
import { dark } from '../theme/palette';
import type { ChangedFile, Content } from './host-rulesets';
import styles from './publish.module.css';

/** A module has no lines: its hash stands for it. */
const textOf = (content: Content | undefined) => (typeof content === 'object' ? content.module : (content ?? ''));

export function FileDiff({ file }: { file: ChangedFile }) {
  const { t } = useTranslation();
  const palette = usePalette();
  const place = useRef<HTMLDivElement>(null);
  const { path, from, to } = file;
  const kind = from === undefined ? 'added' : to === undefined ? 'removed' : 'changed';

  useEffect(() => {
    if (!place.current) return;
    const view = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: textOf(to),
        extensions: [
          lineNumbers(),
          appearance(palette, palette === dark),
          EditorView.lineWrapping,
          EditorState.readOnly.of(true),
          EditorView.editable.of(false),
          EditorView.contentAttributes.of({ 'aria-label': path, tabindex: '0' }),
          unifiedMergeView({
            original: textOf(from),
            mergeControls: false,
            collapseUnchanged: { margin: 3, minSize: 6 },
          }),
        ],
      }),
    });
    return () => view.destroy();
  }, [path, from, to, palette]);

  return (
    <figure className={styles.diff} data-testid="file-diff" data-path={path} data-kind={kind}>
      <figcaption>
        <code>{path}</code> {t(`publish.history.${kind}`)}
      </figcaption>
      <div ref={place} />
    </figure>
  );
}
