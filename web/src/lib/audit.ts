/** The audit log, as the API tells of it. */

export interface AuditEntry {
  /** 1, 2, 3 … within the organisation. */
  seq: number;
  at: string;
  /** A user's id, `operator` or `platform`. */
  actor: string;
  /** The id of a session, API key or OAuth client; `webhook`, `command_line` or `platform`. */
  via: string | null;
  /** The network address that it came from. */
  address: string | null;
  action: string;
  resourceType: string;
  resourceId: string;
  reason: string | null;
  details: Record<string, unknown> | null;
  /** What was changed, as it was. */
  before: Record<string, unknown> | null;
  /** What was changed, as it is. */
  after: Record<string, unknown> | null;
  sha256: string;
}

export interface AuditPage {
  entries: AuditEntry[];
  nextCursor: number | null;
}

/** What of the log is wanted. */
export interface AuditFilter {
  action?: string | undefined;
  resourceType?: string | undefined;
  resourceId?: string | undefined;
  actor?: string | undefined;
  /** The first day, and the last, like `2026-11-26`, in UTC. */
  since?: string | undefined;
  until?: string | undefined;
}

export const filterNames = ['action', 'resourceType', 'resourceId', 'actor', 'since', 'until'] as const;

const DAY = 86_400_000;

/** Where a page of the log is asked for. The API leaves the moment of `until` out: the day after it begins then. */
export function auditPath({ since, until, ...same }: AuditFilter, cursor?: number): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(same)) if (value) query.set(name, value);
  if (since) query.set('since', startOf(since));
  if (until) query.set('until', startOf(until, DAY));
  if (cursor) query.set('cursor', String(cursor));
  return query.size === 0 ? 'audit' : `audit?${query}`;
}

/** A day’s first moment; what is no day goes as it came, for the host to say so. */
function startOf(day: string, later = 0): string {
  const moment = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(moment) ? day : new Date(moment + later).toISOString();
}
