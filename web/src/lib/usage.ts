/** What the organisation uses, as the API tells of it. */

/** What a plan gives so many of. */
export type Counted = 'previews' | 'builds' | 'tokens' | 'servers';

export interface Limit {
  what: Counted;
  /** Null: as much as one likes. */
  limit: number | null;
  /** Today; of servers, those that there are. */
  used: number;
  /** When it is free again; null for servers. */
  resetsAt: string | null;
}

export interface Used {
  calls: number;
  /** Calls that came to no result. */
  errors: number;
  fuel: number;
  wallMs: number;
  drafts: number;
  builds: number;
  inputTokens: number;
  outputTokens: number;
}

export interface DayUsed extends Used {
  /** Like `2026-11-26`, in UTC. */
  day: string;
}

export interface ServerUsed extends Used {
  serverId: string;
  /** Null where it is deleted. */
  name: string | null;
}

export interface Usage {
  plan: string;
  limits: Limit[];
  /** The last 30 days, oldest first. */
  days: DayUsed[];
  /** Newest server first. */
  servers: ServerUsed[];
}
