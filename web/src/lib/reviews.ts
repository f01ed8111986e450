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

/** Something to decide on. */
export interface Waiting {
  server: { id: string; name: string; slug: string };
  version: Version;
}

export interface VersionDiff {
  /** The version that it is held against. */
  from: number;
  to: number;
  asksForMore: boolean;
  changes: { asksForMore: boolean; words: string }[];
}

/** Where what waits is remembered: whoever decides, or learns that something waits, has it read anew. */
export const reviewsKey = ['reviews'];
