/** A key for programs, as the API tells of it later: what it is, not the key. */
export interface ApiKey {
  id: string;
  name: string;
  /** Its first characters, to tell it from others. */
  start: string;
  scopes: Scope[];
  createdAt: string;
  expiresAt: string | null;
  lastUsedAt: string | null;
  /** Where the keys of all members are listed. */
  owner?: { id: string; email: string };
}

export type Scope = 'api' | 'mcp' | 'admin';

/** A new key, with the key itself: this once. */
export interface NewApiKey extends ApiKey {
  key: string;
}

export interface WantedKey {
  name: string;
  scopes: Scope[];
  /** Left out: it stays until it is deleted. */
  expiresInDays?: number;
}
