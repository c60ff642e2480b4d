/** What all charts have in common. */
import { fontText, type Palette } from '../theme/palette';

export function axisLabel(palette: Palette) {
  return { color: palette.faint, fontSize: 11, fontFamily: fontText };
}

export function valueAxis(palette: Palette) {
  return {
    type: 'value' as const,
    axisLabel: axisLabel(palette),
    splitLine: { lineStyle: { color: palette.hairline } },
    splitNumber: 3,
    minInterval: 1,
  };
}

export function tooltip(palette: Palette) {
  return {
    trigger: 'axis' as const,
    confine: true,
    backgroundColor: palette.raised,
    borderColor: palette.border,
    padding: [6, 10],
    textStyle: { color: palette.text, fontSize: 12, fontFamily: fontText },
    axisPointer: { lineStyle: { color: palette.faint }, shadowStyle: { color: palette.hairline, opacity: 0.6 } },
  };
}
