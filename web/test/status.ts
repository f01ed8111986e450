/** What the platform says of itself. */
import type { Part, Status } from '@/features/status/api';

/** All of it works, but for what is said of parts by their names. */
export function status(change: Record<string, Partial<Part>> = {}): Status {
  const names = [...new Set(['api', 'database', 'compiler', 'calls', 'model', 'builds', ...Object.keys(change)])];
  return {
    status: 'ok',
    checkedAt: '2026-11-21T12:00:00Z',
    parts: names.map((name, i) => ({ name, state: 'ok', tookMs: 3 + i * 12, detail: null, ...change[name] })),
  };
}
