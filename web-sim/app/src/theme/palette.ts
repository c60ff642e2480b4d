/** The page's colours, once: Ant Design, the editor, the charts and the pictures all take theirs from here. */

export interface Palette {
  /** Behind everything, panels, and what stands on panels. */
  ground: string;
  surface: string;
  raised: string;
  /** Lines between things, and the fainter ones within. */
  border: string;
  hairline: string;
  text: string;
  muted: string;
  faint: string;
  /** The colour of the way taken. */
  track: string;
  trackSoft: string;
  /** Signals. */
  good: string;
  warn: string;
  warnSoft: string;
  bad: string;
  badSoft: string;
  /** Charts: further lines. */
  blue: string;
  violet: string;
  /** Code. */
  codeKeyword: string;
  codeString: string;
  codeNumber: string;
  codeName: string;
  codeComment: string;
  selection: string;
}

export const light: Palette = {
  ground: '#f3f4f1',
  surface: '#ffffff',
  raised: '#f8f9f7',
  border: '#dfe3dd',
  hairline: '#ebeeea',
  text: '#1b2420',
  muted: '#535e59',
  faint: '#626d68',
  track: '#0a7565',
  trackSoft: '#dff1ed',
  good: '#247735',
  warn: '#965600',
  warnSoft: '#fdf1dc',
  bad: '#c03329',
  badSoft: '#fdeae7',
  blue: '#3568ad',
  violet: '#8257b5',
  codeKeyword: '#8a3ea8',
  codeString: '#1f7a3d',
  codeNumber: '#a84d19',
  codeName: '#1f5fa8',
  codeComment: '#626d68',
  selection: '#cfe8e2',
};

export const dark: Palette = {
  ground: '#0f1312',
  surface: '#161b19',
  raised: '#1c2220',
  border: '#2b3330',
  hairline: '#222927',
  text: '#dfe6e2',
  muted: '#a3aea9',
  faint: '#8f9b95',
  track: '#45b8a3',
  trackSoft: '#173530',
  good: '#5fbf73',
  warn: '#e0a33f',
  warnSoft: '#382a12',
  bad: '#ef7365',
  badSoft: '#3c1f1c',
  blue: '#7ba7e0',
  violet: '#b394dd',
  codeKeyword: '#d093e8',
  codeString: '#8fcf9b',
  codeNumber: '#e8a678',
  codeName: '#86b7ee',
  codeComment: '#8f9b95',
  selection: '#1f4a43',
};

export const fontText =
  '-apple-system, "Segoe UI", "PingFang SC", "HarmonyOS Sans SC", "Microsoft YaHei UI", "Noto Sans SC", "Noto Sans CJK SC", system-ui, sans-serif';
export const fontCode =
  '"JetBrains Mono", "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", "Noto Sans Mono CJK SC", "PingFang SC", monospace';
