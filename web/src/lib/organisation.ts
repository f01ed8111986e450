/** Organisations and their members, as the API tells of them; and what each role may do there. */
import type { Me, Role } from './contract';

export interface Org {
  id: string;
  slug: string;
  name: string;
  plan: string;
}

/** An organisation that one belongs to, and as what. */
export interface Belonging extends Org {
  role: Role;
  /** Whether this browser acts in it. */
  current: boolean;
}

export interface Member {
  id: string;
  email: string;
  name: string;
  role: Role;
  joinedAt: string;
}

/** An invitation that nobody has taken up yet. */
export interface Invite {
  id: string;
  email: string;
  role: Role;
  /** The user's id. */
  invitedBy: string;
  createdAt: string;
  /** When its link stops working; it is listed for a month longer, to be mailed again. */
  expiresAt: string;
}

/** Each role and what it may do, those that may most first. */
export const roles: readonly (readonly [Role, string])[] = [
  ['owner', 'May do everything: also decide on the plan, publish templates and end the organisation.'],
  ['admin', 'Looks after members, invitations and everyone’s keys, and changes servers.'],
  ['developer', 'Makes and changes servers.'],
  ['reviewer', 'Decides whether versions that ask for more may answer, and reads the audit log.'],
  ['viewer', 'Sees servers and calls them.'],
];

/** Looks after members, invitations and everyone’s keys. */
export function manages(role: Role): boolean {
  return role === 'owner' || role === 'admin';
}

/** Gives others the role `other`, and takes it from them. */
export function governs(role: Role, other: Role): boolean {
  return role === 'owner' || (role === 'admin' && other !== 'owner');
}

/** Decides on versions that ask for more. */
export function decides(role: Role): boolean {
  return role === 'owner' || role === 'reviewer';
}

export function readsAudit(role: Role): boolean {
  return manages(role) || role === 'reviewer';
}

/** What a person is called: their name, or else their address. */
export function calledBy({ name, email }: Pick<Member | Me['user'], 'name' | 'email'>): string {
  return name || email;
}
