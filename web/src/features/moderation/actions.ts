/** What an admin can decide about a template, and what each decision does. */
import type { TemplateStatus } from '@/lib/market';
import type { Action, Moderated } from '@/lib/moderation';
import { count } from '@/lib/words';

export interface Standing {
  title: string;
  status: TemplateStatus;
  verified: boolean;
  /** Another admin has asked to take it down. */
  pending?: boolean;
}

export const verbs: Record<Action, string> = {
  verify: 'Verify',
  unverify: 'End verification',
  hide: 'Hide',
  takedown: 'Take down',
  keep_up: 'Keep up',
  restore: 'Restore',
};

/** Those that the host takes, the mildest first. */
export function actionsFor({ status, verified, pending }: Standing): Action[] {
  const shown = status === 'published' || status === 'unpublished';
  return [
    ...(status === 'published' && !verified ? (['verify'] as const) : []),
    ...(verified ? (['unverify'] as const) : []),
    ...(shown ? [] : (['restore'] as const)),
    ...(pending ? (['keep_up'] as const) : []),
    ...(shown ? (['hide'] as const) : []),
    ...(status === 'taken_down' ? [] : (['takedown'] as const)),
  ];
}

export function effectOf(action: Action, { verified, status }: Standing): string {
  switch (action) {
    case 'verify':
      return 'Its page and every list say that this platform vouches for its newest release, described as it is.';
    case 'unverify':
      return 'Its page and lists no longer say that this platform vouches for it. Nothing stops, and it still takes two admins to take it down.';
    case 'hide':
      return 'Nobody finds it any more. Its forks go on.';
    case 'takedown':
      return [
        'Nobody finds it any more. Every fork of it stops at once, calls under way included; their owners are told by mail.',
        ...(verified
          ? [
              'It is verified, so that takes two admins: the first asks for it, and nothing stops until another one does too.',
            ]
          : []),
      ].join(' ');
    case 'keep_up':
      return 'Ends what another admin has asked for: it is not taken down.';
    case 'restore':
      return `It is shown again, unless its owner has withdrawn it.${status === 'taken_down' ? ' Its forks answer again.' : ''}`;
  }
}

/** What came of a decision, for who has made it. */
export function outcomeOf({ status, verified, awaitsSecondAdmin, stopped }: Moderated, action: Action): string {
  if (awaitsSecondAdmin) return 'Asked for. Nothing is stopped before another admin takes it down too.';
  switch (action) {
    case 'verify':
    case 'unverify':
      return verified ? 'Verified.' : 'No longer verified.';
    case 'takedown':
      return stopped === 0
        ? 'Taken down. No fork was there to stop.'
        : `Taken down: ${count(stopped, 'fork')} stopped.`;
    case 'hide':
      return 'Hidden. Its forks go on.';
    case 'keep_up':
      return 'Kept up. It is not taken down.';
    case 'restore':
      return status === 'published'
        ? 'Restored: it is shown again.'
        : 'Restored. Its owner has withdrawn it, so it stays out of the lists.';
  }
}
