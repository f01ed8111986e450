/** What admins of the platform see, as the made-up host has it. */
import type { Case, Decision } from '@/lib/moderation';

export function report(change: Partial<Case> = {}): Case {
  return {
    id: 'cas_01',
    kind: 'report',
    concern: 'malicious',
    text: 'search_pages sends the whole page to another host.\nI saw it in the call list.',
    userId: 'usr_07',
    state: 'open',
    decision: null,
    decidedBy: null,
    decidedAt: null,
    createdAt: '2026-11-21T09:00:00Z',
    template: { slug: 'notion-notes', title: 'Notion notes', status: 'published', forkCount: 12 },
    ...change,
  };
}

export const appeal = report({
  id: 'cas_02',
  kind: 'appeal',
  concern: null,
  text: 'That host is ours.',
  template: { slug: 'team-wiki', title: 'Team wiki', status: 'taken_down', forkCount: 3 },
});

export const decisions: Decision[] = [
  {
    seq: 7,
    at: '2026-11-21T09:30:00Z',
    actor: 'usr_09',
    action: 'template.taken_down',
    resourceType: 'template',
    resourceId: 'tpl_05',
    reason: 'It sends what it reads to a host of its publisher’s.',
    details: null,
    before: { status: 'published', verified: false },
    after: { status: 'taken_down', verified: false },
  },
  {
    seq: 6,
    at: '2026-11-20T09:30:00Z',
    actor: 'usr_09',
    action: 'case.decided',
    resourceType: 'template',
    resourceId: 'tpl_04',
    reason: 'It does what it says.',
    details: { case: 'cas_00', kind: 'report', state: 'dismissed' },
    before: null,
    after: null,
  },
];
