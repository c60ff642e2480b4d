/** The scenario's time as people read it. */
import type { TFunction } from 'i18next';

export function clockOf(language: string, zone: string): (at: number) => string {
  const format = new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : 'zh-CN', {
    timeZone: zone,
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  });
  return (at) => format.format(at);
}

/** The same without seconds, and with the date where the run is longer than a day and a half. */
export function shortClockOf(language: string, zone: string, length_ms: number): (at: number) => string {
  const format = new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : 'zh-CN', {
    timeZone: zone,
    ...(length_ms > 36 * 3_600_000 ? { month: 'numeric', day: 'numeric' } : {}),
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  return (at) => format.format(at);
}

/** How long somebody has waited: `45 s`, `3:05`, `1:02:05`. */
export function waited(ms: number, t: TFunction): string {
  const seconds = Math.max(Math.floor(ms / 1000), 0);
  if (seconds < 60) return t('simulate.unit.s', { value: seconds });
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}
