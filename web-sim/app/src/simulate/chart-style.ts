/** What all charts have in common. */
import type { Series } from '../generated/types/Series';
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

/** A day and a half: from there on the date is told, too. */
const LONG_MS = 36 * 3_600_000;

/** The scenario's time on the tenant's clocks, with about so many labels. */
export function timeAxis({ start, every_ms, waiting }: Series, zone: string, language: string, labels: number, palette: Palette) {
  const isLong = waiting.length * every_ms > LONG_MS;
  const clock = new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : 'zh-CN', {
    timeZone: zone,
    ...(isLong ? { month: 'numeric', day: 'numeric' } : {}),
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  return {
    type: 'category' as const,
    data: waiting.map((_, index) => clock.format(start + index * every_ms)),
    boundaryGap: false,
    axisLabel: { ...axisLabel(palette), hideOverlap: true, interval: Math.max(Math.floor(waiting.length / labels) - 1, 0) },
    axisLine: { lineStyle: { color: palette.border } },
    axisTick: { show: false },
  };
}
