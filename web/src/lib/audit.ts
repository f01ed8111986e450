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

/** What happens to a thing, by the kind of thing: as the host names it. */
export const actions = {
  server: ['created', 'described', 'forked', 'paused', 'resumed', 'stopped', 'released', 'deleted'],
  version: ['created', 'built', 'failed', 'waiting', 'approved', 'refused', 'activated', 'deleted'],
  secret: ['set', 'deleted'],
  org: ['created', 'renamed'],
  plan: ['changed'],
  billing: ['checkout_started'],
  member: ['joined', 'role_changed', 'left', 'removed'],
  invite: ['created', 'resent', 'withdrawn', 'accepted'],
  api_key: ['created', 'deleted'],
  grant: ['created', 'revoked'],
  session: ['begun', 'ended'],
  sessions: ['ended'],
  passkey: ['added', 'renamed', 'removed'],
  identity: ['linked', 'removed'],
  sign_in_link: ['made'],
  import: ['created'],
  template: [
    'published',
    'updated',
    'unpublished',
    'shown',
    'hidden',
    'reported',
    'appealed',
    'takedown_asked',
    'taken_down',
    'restored',
    'verified',
    'unverified',
  ],
  case: ['decided'],
  admin: ['changed'],
} as const;

/** What things may be done to, and what they are called. */
export const resources: Readonly<Record<string, string>> = {
  server: 'Server',
  org: 'Organisation',
  user: 'Person',
  invite: 'Invitation',
  api_key: 'API key',
  grant: 'Allowed AI client',
  session: 'Session',
  passkey: 'Passkey',
  identity: 'Connected account',
  import: 'Imported description',
  template: 'Template',
};
