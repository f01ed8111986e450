/** What a made-up host says of an organisation: who belongs to it, what it uses, what it pays for and what was done. */
import type { AuditEntry } from '@/lib/audit';
import type { Me } from '@/lib/contract';
import type { ApiKey, NewApiKey } from '@/lib/keys';
import type { Belonging, Invite, Member } from '@/lib/organisation';
import type { OfferedPlan, Standing } from '@/lib/plans';
import type { Version, VersionDiff, Waiting } from '@/lib/reviews';
import type { DayUsed, Usage, Used } from '@/lib/usage';
import { me } from './fixtures';

/** The same person, in another role. */
export function as(role: Me['role']): Me {
  return { ...me, role };
}

export const members: Member[] = [
  { id: 'usr_01', email: 'ada@example.com', name: '', role: 'owner', joinedAt: '2026-03-02T10:00:00Z' },
  {
    id: 'usr_02',
    email: 'grace@example.com',
    name: 'Grace <b>Hopper</b>',
    role: 'admin',
    joinedAt: '2026-09-14T10:00:00Z',
  },
  {
    id: 'usr_03',
    email: 'a-rather-long-address-of-someone@subsidiary.example.org',
    name: 'Rita',
    role: 'reviewer',
    joinedAt: '2026-11-20T10:00:00Z',
  },
];

export const invites: Invite[] = [
  {
    id: 'inv_01',
    email: 'bob@example.com',
    role: 'developer',
    invitedBy: 'usr_01',
    createdAt: '2026-11-20T12:00:00Z',
    expiresAt: '2026-11-27T12:00:00Z',
  },
  {
    id: 'inv_02',
    email: 'eve@example.com',
    role: 'owner',
    invitedBy: 'usr_02',
    createdAt: '2026-11-10T12:00:00Z',
    expiresAt: '2026-11-17T12:00:00Z',
  },
];

export const orgs: Belonging[] = [
  { ...me.org, role: 'owner', current: true },
  { id: 'org_02', slug: 'acme', name: 'Acme, Inc.', plan: 'pro', role: 'developer', current: false },
];

export const keys: ApiKey[] = [
  {
    id: 'key_01',
    name: 'deploy script',
    start: 'clo_8f2kQ0aB',
    scopes: ['api'],
    createdAt: '2026-10-01T10:00:00Z',
    expiresAt: '2026-12-30T10:00:00Z',
    lastUsedAt: '2026-11-21T11:20:00Z',
  },
  {
    id: 'key_02',
    name: 'night check',
    start: 'clo_Zz91pLm4',
    scopes: ['api', 'mcp'],
    createdAt: '2026-08-01T10:00:00Z',
    expiresAt: '2026-11-01T10:00:00Z',
    lastUsedAt: null,
  },
];

export const everyonesKeys: ApiKey[] = [
  ...keys.map((key) => ({ ...key, owner: { id: 'usr_01', email: 'ada@example.com' } })),
  {
    id: 'key_03',
    name: 'CI',
    start: 'clo_77aaBBcc',
    scopes: ['mcp'],
    createdAt: '2026-11-19T10:00:00Z',
    expiresAt: null,
    lastUsedAt: null,
    owner: { id: 'usr_02', email: 'grace@example.com' },
  },
];

export const newKey: NewApiKey = {
  id: 'key_04',
  name: 'importer',
  start: 'clo_Qk3r5TyU',
  scopes: ['api'],
  createdAt: '2026-11-21T12:00:00Z',
  expiresAt: '2027-02-19T12:00:00Z',
  lastUsedAt: null,
  key: 'clo_Qk3r5TyUiOpAsDfGhJkLzXcVbNm1234567890qWeRtY',
};

function used(change: Partial<Used> = {}): Used {
  return {
    calls: 0,
    errors: 0,
    fuel: 0,
    wallMs: 0,
    drafts: 0,
    builds: 0,
    inputTokens: 0,
    outputTokens: 0,
    ...change,
  };
}

const LAST = Date.parse('2026-11-21T00:00:00Z');

export const days: DayUsed[] = Array.from({ length: 30 }, (_, i) => ({
  day: new Date(LAST - (29 - i) * 86_400_000).toISOString().slice(0, 10),
  ...used({ calls: i < 8 ? 0 : (i * 37) % 211, errors: i % 5, builds: i % 7 === 3 ? 4 : 0, drafts: i % 4 }),
}));

export function usage(change: Partial<Usage> = {}): Usage {
  return {
    plan: 'hobby',
    limits: [
      { what: 'previews', limit: 20, used: 20, resetsAt: '2026-11-22T00:00:00Z' },
      { what: 'builds', limit: 30, used: 4, resetsAt: '2026-11-22T00:00:00Z' },
      { what: 'tokens', limit: null, used: 182_450, resetsAt: '2026-11-22T00:00:00Z' },
      { what: 'servers', limit: 3, used: 2, resetsAt: null },
    ],
    days,
    servers: [
      { serverId: 'srv_02', name: 'Echo', ...used({ calls: 12, wallMs: 90, builds: 1 }) },
      { serverId: 'srv_01', name: 'Notion notes', ...used({ calls: 2_304, errors: 41, wallMs: 1_900_000, builds: 9 }) },
      { serverId: 'srv_00', name: null, ...used({ calls: 3, wallMs: 600 }) },
    ],
    ...change,
  };
}

export const noUse: Usage = usage({
  plan: 'self-hosted',
  limits: (['previews', 'builds', 'tokens', 'servers'] as const).map((what) => ({
    what,
    limit: null,
    used: 0,
    resetsAt: what === 'servers' ? null : '2026-11-22T00:00:00Z',
  })),
  days: days.map(({ day }) => ({ day, ...used() })),
  servers: [],
});

export function standing(change: Partial<Standing> = {}): Standing {
  return { plan: 'hobby', setByOperator: false, portal: false, subscription: null, ...change };
}

function call(mebibytes: number, seconds: number, concurrency: number) {
  return { memoryBytes: mebibytes * 2 ** 20, wallMs: seconds * 1_000, concurrency };
}

export const plans: OfferedPlan[] = [
  {
    plan: 'hobby',
    limits: { previewsPerDay: 20, buildsPerDay: 30, tokensPerDay: 200_000, servers: 3, call: call(32, 10, 4) },
    prices: [],
  },
  {
    plan: 'pro',
    limits: { previewsPerDay: 200, buildsPerDay: 300, tokensPerDay: 4_000_000, servers: 50, call: call(64, 30, 16) },
    prices: [
      { interval: 'month', currency: 'eur', amount: 2_000 },
      { interval: 'year', currency: 'eur', amount: 19_250 },
    ],
  },
  {
    plan: 'team',
    limits: { previewsPerDay: 1_000, buildsPerDay: 1_500, tokensPerDay: null, servers: 200, call: call(128, 60, 64) },
    prices: [{ interval: 'month', currency: 'eur', amount: null }],
  },
];

export const subscribed = standing({
  plan: 'pro',
  portal: true,
  subscription: {
    status: 'active',
    gives: 'pro',
    interval: 'month',
    currentPeriodEndsAt: '2026-12-14T10:00:00Z',
    endsAt: null,
    pastDueSince: null,
    graceEndsAt: null,
  },
});

export function entry(change: Partial<AuditEntry> = {}): AuditEntry {
  return {
    seq: 41,
    at: '2026-11-21T11:00:00Z',
    actor: 'usr_02',
    via: 'ses_01',
    address: '192.0.2.7',
    action: 'member.role_changed',
    resourceType: 'user',
    resourceId: 'usr_03',
    reason: null,
    details: null,
    before: { role: 'viewer' },
    after: { role: 'reviewer', invitesWithdrawn: 0 },
    sha256: '6f0c0a9d6c1b5d7f3c0c4b1f1a0f35a5f0b1c6d5e4f3a2b1c0d9e8f7a6b5c491',
    ...change,
  };
}

export const entries: AuditEntry[] = [
  entry(),
  entry({
    seq: 40,
    at: '2026-11-20T09:00:00Z',
    actor: 'usr_03',
    action: 'version.approved',
    resourceType: 'server',
    resourceId: 'srv_01',
    reason: 'The CRM is ours <script>alert(1)</script>',
    details: { version: 3 },
    before: { review: 'waiting', activeVersion: 2 },
    after: { review: 'approved', activeVersion: 3 },
  }),
  entry({
    seq: 39,
    at: '2026-11-19T09:00:00Z',
    actor: 'usr_09',
    via: 'key_01',
    action: 'api_key.created',
    resourceType: 'api_key',
    resourceId: 'key_01',
    before: null,
    after: { name: 'deploy script', start: 'clo_8f2kQ0aB', scopes: ['api', 'mcp'], expiresAt: '2026-12-30T10:00:00Z' },
  }),
  entry({
    seq: 38,
    at: '2026-11-01T09:00:00Z',
    actor: 'platform',
    via: 'platform',
    address: null,
    action: 'plan.changed',
    resourceType: 'org',
    resourceId: 'org_01',
    before: { plan: 'hobby' },
    after: { plan: 'pro' },
  }),
];

export function version(n: number, change: Partial<Version> = {}): Version {
  return {
    n,
    state: 'live',
    active: false,
    createdAt: '2026-11-21T10:30:00Z',
    createdBy: { id: 'usr_02', name: 'Grace' },
    review: 'not_needed',
    ...change,
  };
}

export const reviews: Waiting[] = [
  {
    server: { id: 'srv_01', name: 'Notion notes', slug: 'notion-notes' },
    version: version(3, { state: 'needs_approval', review: 'waiting' }),
  },
  {
    server: { id: 'srv_02', name: 'Weather <b>where you are</b>', slug: 'weather' },
    version: version(7, {
      state: 'needs_approval',
      review: 'waiting',
      createdBy: { id: 'usr_09', name: null },
      createdAt: '2026-11-18T10:00:00Z',
    }),
  },
];

export const asking: VersionDiff = {
  from: 2,
  to: 3,
  asksForMore: true,
  changes: [
    { asksForMore: true, words: 'Reaches api.example.com.' },
    { asksForMore: true, words: 'Tells models another description of search_pages.' },
    { asksForMore: false, words: 'No longer reaches old.example.com.' },
  ],
};
