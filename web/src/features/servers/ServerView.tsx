import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { ApiError } from '@/lib/api';
import { capabilities, importsStore } from '@/lib/capability';
import type { ServerDetail, ServerStatus, Tool } from '@/lib/contract';
import { ago, count } from '@/lib/words';
import { Button } from '@/ui/Button';
import { CapabilityCard } from '@/ui/CapabilityCard';
import { Disclosed } from '@/ui/Code';
import { UrlBar } from '@/ui/Copy';
import { NotFound } from '@/ui/NotFound';
import { Notice, Problem } from '@/ui/Notice';
import { Page, Section } from '@/ui/Page';
import { Skeleton } from '@/ui/Skeleton';
import { serverOptions } from './api';
import { DeleteServer } from './DeleteServer';
import { Secrets } from './Secrets';
import { Status } from './Status';

interface Props {
  serverId: string;
  /** How to connect clients to it. */
  connect: (server: ServerDetail) => ReactNode;
  /** What the template that it was made from has to say. */
  origin: (server: ServerDetail) => ReactNode;
  /** How to share it. */
  share: (server: ServerDetail) => ReactNode;
  onDeleted: () => void;
}

export function ServerView({ serverId, connect, origin, share, onDeleted }: Props) {
  const { data: server, error, refetch } = useQuery(serverOptions(serverId));
  if (error instanceof ApiError && error.status === 404) return <NotFound what="server" />;
  if (!server) {
    if (!error) return <Skeleton lines={6} />;
    return <Problem error={error} action={<Button onClick={() => refetch()}>Try again</Button>} />;
  }
  return (
    <Page
      title={server.name}
      lead={server.description}
      action={
        <p className="flex flex-wrap items-baseline gap-x-4 text-muted sm:pt-2">
          <span className="text-ink">
            <Status server={server} />
          </span>
          {server.activeVersion !== null && <span>version {server.activeVersion}</span>}
          <time dateTime={server.createdAt} title={server.createdAt}>
            made {ago(server.createdAt)}
          </time>
        </p>
      }
    >
      {error && <Problem error={error} action={<Button onClick={() => refetch()}>Try again</Button>} />}
      {!server.takenDown && <StatusNotice server={server} />}
      {origin(server)}
      <div className="grid items-start gap-8 lg:grid-cols-[minmax(0,1fr)_360px]">
        <div className="grid min-w-0 gap-8">
          <Section title="URL">
            <UrlBar url={server.mcpUrl} />
          </Section>
          {server.status === 'live' && connect(server)}
          <Section title="Tools" note={count(server.tools.length, 'tool')}>
            <ul className="divide-y divide-line rounded-md border border-line bg-surface">
              {server.tools.map((tool) => (
                <ToolRow key={tool.name} tool={tool} />
              ))}
            </ul>
          </Section>
          {server.requiredSecrets.length > 0 && (
            <Section title="Secrets" note="Write-only: a value can be replaced, not read">
              <Secrets server={server} />
            </Section>
          )}
          {server.status === 'live' && share(server)}
        </div>
        <div className="grid min-w-0 gap-8">
          <CapabilityCard can={capabilities(server, importsStore(server.imports))} />
          <Deletion server={server} onDeleted={onDeleted} />
        </div>
      </div>
    </Page>
  );
}

function ToolRow({ tool }: { tool: Tool }) {
  return (
    <li className="grid gap-1 p-4">
      <code className="font-medium wrap-anywhere">{tool.name}</code>
      <p className="text-muted wrap-anywhere">{tool.description}</p>
      <Disclosed
        summary="Arguments"
        label={`Arguments of ${tool.name}`}
        code={JSON.stringify(tool.inputSchema, null, 2)}
      />
    </li>
  );
}

const notices: Partial<Record<ServerStatus, { tone: 'plain' | 'decide' | 'broken'; text: string }>> = {
  building: { tone: 'plain', text: 'A build is under way. The URL answers as soon as it is live.' },
  failed: { tone: 'broken', text: 'This server never went live: its build failed. Delete it and build again.' },
  paused: { tone: 'decide', text: 'This server is paused: clients are told so, and no call runs.' },
  needs_approval: {
    tone: 'decide',
    text: 'The new version asks for more than the last one. It waits until an owner or a reviewer approves it.',
  },
};

function StatusNotice({ server }: { server: ServerDetail }) {
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
      {activeBuild && (
        <Link
          to="/servers/$serverId/builds/$buildId"
          params={{ serverId, buildId: activeBuild.id }}
          className="text-link underline underline-offset-2"
        >
          Watch the build
        </Link>
      )}
    </Notice>
  );
}

function Deletion({ server, onDeleted }: { server: ServerDetail; onDeleted: () => void }) {
  const [asking, setAsking] = useState(false);
  return (
    <Section title="Delete">
      <p className="text-muted">Ends access for every client at once, and deletes the server with its secrets.</p>
      <Button look="danger" className="justify-self-start" onClick={() => setAsking(true)}>
        Delete {server.slug}
      </Button>
      {asking && <DeleteServer server={server} onClose={() => setAsking(false)} onDeleted={onDeleted} />}
    </Section>
  );
}
