/** Versions that wait for approval, as the API tells of them. */
import type { BuildState } from './contract';

export type Review = 'not_needed' | 'waiting' | 'approved' | 'refused';

export interface Version {
  n: number;
  state: BuildState;
  active: boolean;
  createdAt: string;
  /** The name is null where the account is gone. */
  createdBy: { id: string; name: string | null };
  /** Whether it may answer; null until it is built. */
  review: Review | null;
}

export interface VersionDiff {
  /** The version that it is held against. */
  from: number;
  to: number;
  asksForMore: boolean;
  changes: { asksForMore: boolean; words: string }[];
}

/** The newest version that waits. One below the version that answers was overtaken: it cannot be approved any more. */
export function waitingOf(versions: Version[]): Version | undefined {
  const active = versions.find((version) => version.active)?.n ?? 0;
  return versions.find(({ n, review }) => review === 'waiting' && n > active);
}
