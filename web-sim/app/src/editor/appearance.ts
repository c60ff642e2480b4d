/** How the editor looks, from the page's palette. */
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { fontCode, type Palette } from '../theme/palette';

function wavy(colour: string): string {
  return `underline wavy ${colour} 1.2px`;
}

export function appearance(palette: Palette, isDark: boolean): Extension {
  const view = EditorView.theme(
    {
      '&': { height: '100%', color: palette.text, backgroundColor: palette.surface, fontSize: '12.5px' },
      '&.cm-focused': { outline: 'none' },
      '.cm-scroller': { fontFamily: fontCode, lineHeight: '1.65', scrollbarWidth: 'thin' },
      '.cm-content': { padding: '8px 0 40vh', caretColor: palette.track },
      '.cm-line': { padding: '0 16px 0 6px' },
      '.cm-cursor, .cm-dropCursor': { borderLeft: `2px solid ${palette.track}` },
      '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground, ::selection': {
        backgroundColor: palette.selection,
      },
      '.cm-gutters': { backgroundColor: palette.surface, color: palette.faint, border: 'none', paddingLeft: '4px' },
      '.cm-lineNumbers .cm-gutterElement': { minWidth: '26px', fontSize: '11px' },
      '.cm-activeLine': { backgroundColor: 'transparent' },
      '&.cm-focused .cm-activeLine': { backgroundColor: palette.raised },
      '.cm-activeLineGutter': { backgroundColor: 'transparent', color: palette.text },
      '.cm-gutter-lint': { width: '12px' },
      '.cm-gutter-lint .cm-gutterElement': { padding: '0' },
      '.cm-lint-marker': { width: '7px', height: '7px', borderRadius: '50%', content: 'none', margin: '7px 0 0 3px' },
      '.cm-lint-marker-error': { backgroundColor: palette.bad, content: 'none' },
      '.cm-lint-marker-warning': { backgroundColor: palette.warn, content: 'none' },
      '.cm-lintRange': { backgroundImage: 'none', paddingBottom: '0', textUnderlineOffset: '4px', textDecorationSkipInk: 'none' },
      '.cm-lintRange-error': { textDecoration: wavy(palette.bad), backgroundColor: palette.badSoft },
      '.cm-lintRange-warning': { textDecoration: wavy(palette.warn), backgroundColor: palette.warnSoft },
      '.cm-tooltip': {
        border: `1px solid ${palette.border}`,
        borderRadius: '6px',
        backgroundColor: isDark ? palette.raised : palette.surface,
        color: palette.text,
        boxShadow: isDark ? '0 6px 24px #0009' : '0 6px 24px #1b242022',
        overflow: 'hidden',
      },
      '.cm-tooltip-lint': { padding: '0' },
      '.cm-diagnostic': { borderLeft: 'none', padding: '7px 11px', fontSize: '12.5px', maxWidth: '460px' },
      '.cm-diagnostic + .cm-diagnostic': { borderTop: `1px solid ${palette.hairline}` },
      '.cm-diagnosticAction': {
        backgroundColor: palette.trackSoft,
        color: palette.track,
        borderRadius: '4px',
        padding: '2px 8px',
        margin: '0 0 0 8px',
        cursor: 'pointer',
      },
      '.cm-tooltip-autocomplete > ul': { fontFamily: fontCode, fontSize: '12.5px', maxHeight: '16em' },
      '.cm-tooltip-autocomplete > ul > li': { padding: '3px 10px !important', lineHeight: '1.5' },
      '.cm-tooltip-autocomplete > ul > li[aria-selected]': { backgroundColor: `${palette.trackSoft} !important`, color: `${palette.text} !important` },
      '.cm-completionMatchedText': { textDecoration: 'none', color: palette.track, fontWeight: '600' },
      '.cm-completionDetail': { fontStyle: 'normal', color: palette.faint, marginLeft: '1.2em' },
      '.cm-completionIcon': { display: 'none' },
      '.cm-completionInfo': { padding: '9px 12px', maxWidth: '360px' },
      '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': { backgroundColor: palette.trackSoft, outline: 'none' },
      '.cm-searchMatch': { backgroundColor: palette.warnSoft },
      '.cm-panels': { backgroundColor: palette.raised, color: palette.text },
      '.cm-panels-bottom': { borderTop: `1px solid ${palette.border}` },
    },
    { dark: isDark },
  );
  const colours = HighlightStyle.define([
    { tag: tags.keyword, color: palette.codeKeyword },
    { tag: [tags.string, tags.special(tags.string)], color: palette.codeString },
    { tag: [tags.number, tags.bool, tags.atom, tags.constant(tags.variableName)], color: palette.codeNumber },
    { tag: [tags.function(tags.variableName), tags.function(tags.propertyName)], color: palette.codeName },
    { tag: [tags.heading, tags.tagName, tags.typeName], color: palette.codeKeyword, fontWeight: '500' },
    { tag: tags.comment, color: palette.codeComment },
    { tag: [tags.punctuation, tags.operator, tags.bracket], color: palette.muted },
  ]);
  return [view, syntaxHighlighting(colours)];
}
