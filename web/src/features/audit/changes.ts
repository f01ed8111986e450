/** What an entry says was changed, a line for each thing. */

export interface Change {
  name: string;
  /** Null: it was not there. */
  before: string | null;
  after: string | null;
}

type Values = Record<string, unknown> | null;

export function changes(before: Values, after: Values): Change[] {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  return names
    .map((name) => ({ name, before: said(before?.[name]), after: said(after?.[name]) }))
    .filter((change) => change.before !== change.after);
}

/** A value as a person reads it. */
export function said(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value.join(', ') || 'none';
  return JSON.stringify(value);
}
