import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { capabilities, importsStore } from '@/lib/capability';
import type { ServerDetail, Tool } from '@/lib/contract';
import { count } from '@/lib/words';
import { buttonClass } from '@/ui/Button';
import { CapabilityCard } from '@/ui/CapabilityCard';
import { Disclosed } from '@/ui/Code';
import { UrlBar } from '@/ui/Copy';
import { Section } from '@/ui/Page';
import { Secrets } from './Secrets';

interface Props {
  server: ServerDetail;
  /** Its tools may be tried by who looks. */
  tries: boolean;
  /** How to connect clients to it. */
  connect: ReactNode;
  /** What the template that it was made from has to say. */
  origin: ReactNode;
  /** What it has done today. */
  today: ReactNode;
  /** How to share it. */
  share: ReactNode;
}

/** A server at a glance: its address, what it has done, what it offers and what it can do. */
export function Overview({ server, tries, connect, origin, today, share }: Props) {
  const live = server.status === 'live';
  return (
    <>
      {origin}
      <div className="grid items-start gap-8 lg:grid-cols-[minmax(0,1fr)_360px]">
        <div className="grid min-w-0 gap-8">
          <Section title="URL">
            <UrlBar url={server.mcpUrl} />
          </Section>
          {live && connect}
          {server.activeVersion !== null && today}
          <Section title="Tools" note={count(server.tools.length, 'tool')}>
            <ul className="divide-y divide-line rounded-md border border-line bg-surface">
              {server.tools.map((tool) => (
                <ToolRow key={tool.name} serverId={server.id} tool={tool} tries={live && tries} />
              ))}
            </ul>
          </Section>
          {server.requiredSecrets.length > 0 && (
            <Section title="Secrets" note="Write-only: a value can be replaced, not read">
              <Secrets server={server} />
            </Section>
          )}
          {live && share}
        </div>
        <CapabilityCard can={capabilities(server, importsStore(server.imports))} />
      </div>
    </>
  );
}

function ToolRow({ serverId, tool, tries }: { serverId: string; tool: Tool; tries: boolean }) {
  return (
    <li className="flex items-start justify-between gap-4 p-4">
      <div className="grid min-w-0 gap-1">
        <code className="font-medium wrap-anywhere">{tool.name}</code>
        <p className="text-muted wrap-anywhere">{tool.description}</p>
        <Disclosed
          summary="Arguments"
          label={`Arguments of ${tool.name}`}
          code={JSON.stringify(tool.inputSchema, null, 2)}
        />
      </div>
      {tries && (
        <Link
          to="/servers/$serverId/try"
          params={{ serverId }}
          search={{ tool: tool.name }}
          aria-label={`Try ${tool.name}`}
          className={buttonClass()}
        >
          Try
        </Link>
      )}
    </li>
  );
}
