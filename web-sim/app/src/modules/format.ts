/** Amounts of memory as people read them. */

/** `26.0 KiB`, `1.1 MiB`: rounded up, as the engine tells its limits. */
export function bytes(value: number): string {
  if (value < 1 << 10) return `${value} B`;
  const [unit, name] = value < 1 << 20 ? [1 << 10, 'KiB'] : [1 << 20, 'MiB'];
  const tenths = Math.ceil((value * 10) / unit);
  return `${tenths % 10 === 0 ? tenths / 10 : (tenths / 10).toFixed(1)} ${name}`;
}
