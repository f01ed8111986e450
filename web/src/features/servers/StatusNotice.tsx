import { Link } from '@tanstack/react-router';
import type { ServerDetail, ServerStatus } from '@/lib/contract';
import { Notice } from '@/ui/Notice';

const notices: Partial<Record<ServerStatus, { tone: 'plain' | 'decide' | 'broken'; text: string }>> = {
  building: { tone: 'plain', text: 'A build is under way. The URL answers as soon as it is live.' },
  failed: { tone: 'broken', text: 'This server never went live: its build failed. Delete it and build again.' },
  paused: { tone: 'decide', text: 'This server is paused: clients are told so, and no call runs.' },
  needs_approval: {
    tone: 'decide',
    text: 'The new version asks for more than the last one. It waits until an owner or a reviewer approves it.',
  },
};

const link = 'text-link underline underline-offset-2';

/** What keeps a server from answering, and the way to what can be done about it. */
export function StatusNotice({ server }: { server: ServerDetail }) {
  const { id: serverId, status, activeBuild, lastFailure } = server;
  const notice = notices[status];
  if (!notice) return null;
  return (
    <Notice tone={notice.tone}>
      {notice.text}{' '}
      {status === 'failed' && lastFailure && (
        <p className="wrap-anywhere">
          {lastFailure.message} <code className="text-muted">{lastFailure.code}</code>
        </p>
      )}
      {status === 'paused' && (
        <Link to="/servers/$serverId/settings" params={{ serverId }} className={link}>
          Resume it in its settings
        </Link>
      )}
      {status === 'needs_approval' && (
        <Link to="/servers/$serverId/versions" params={{ serverId }} className={link}>
          See its versions
        </Link>
      )}
      {activeBuild && (
        <Link to="/servers/$serverId/builds/$buildId" params={{ serverId, buildId: activeBuild.id }} className={link}>
          Watch the build
        </Link>
      )}
    </Notice>
  );
}
