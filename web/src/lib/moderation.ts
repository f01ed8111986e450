/** The host's API for admins of the platform. */
import type { Concern, TemplateLine, TemplateStatus } from './market';

export const caseStates = ['open', 'upheld', 'dismissed'] as const;
export type CaseState = (typeof caseStates)[number];

export const statuses: readonly TemplateStatus[] = ['published', 'unpublished', 'hidden', 'taken_down'];

/** A report, or an owner's appeal. */
export interface Case {
  id: string;
  kind: 'report' | 'appeal';
  /** Of a report. */
  concern: Concern | null;
  text: string;
  /** Null where the account is gone. */
  userId: string | null;
  state: CaseState;
  /** The admin's reason. */
  decision: string | null;
  decidedBy: string | null;
  decidedAt: string | null;
  createdAt: string;
  template: { slug: string; title: string; status: TemplateStatus; forkCount: number };
}

export interface CasePage {
  cases: Case[];
  nextCursor: string | null;
}

/** A template in an admin's list. */
export interface AdminTemplateLine extends TemplateLine {
  /** What another admin has asked for, and waits for. */
  pendingTakedown: { by: string; at: string; reason: string } | null;
}

export interface AdminTemplatePage {
  templates: AdminTemplateLine[];
  nextCursor: string | null;
}

export type Action = 'verify' | 'unverify' | 'hide' | 'takedown' | 'keep_up' | 'restore';

export interface Moderated {
  slug: string;
  status: TemplateStatus;
  verified: boolean;
  /** Nothing is done before another admin asks for the same. */
  awaitsSecondAdmin: boolean;
  /** Forks that are stopped from this moment on. */
  stopped: number;
}

export interface DecidedCase {
  case: Case;
  /** What became of the template of an appeal that was upheld. */
  moderated: Moderated | null;
}

export interface Decision {
  seq: number;
  at: string;
  /** A user's id, `operator` or `platform`. */
  actor: string;
  action: string;
  resourceType: string;
  resourceId: string;
  reason: string | null;
  details: Record<string, unknown> | null;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
}

export interface DecisionPage {
  entries: Decision[];
  nextCursor: number | null;
}
