/** Numbers with their units. */

/** «512 B», «1.5 MiB». */
export function size(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB'];
  let [value, unit] = [bytes, 0];
  while (value >= 1024 && unit < units.length - 1) [value, unit] = [value / 1024, unit + 1];
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** «48 thousand», «1.2 million»: for what nobody counts one by one. */
export function roughly(n: number): string {
  if (n < 10_000) return n.toLocaleString('en');
  return n.toLocaleString('en', { notation: 'compact', compactDisplay: 'long', maximumSignificantDigits: 3 });
}

/** «214 ms», «1.84 s»: how long one call or request took. */
export function took(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(2)} s`;
}

/** The value below which so many of a hundred lie (nearest rank); null of nothing. */
export function percentile(values: number[], percent: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? null;
}
