import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { ApiError } from '@/lib/api';
import type { ServerDetail } from '@/lib/contract';
import { ago } from '@/lib/words';
import { Button } from '@/ui/Button';
import { TabNav, tabClass } from '@/ui/Nav';
import { NotFound } from '@/ui/NotFound';
import { Problem } from '@/ui/Notice';
import { Page } from '@/ui/Page';
import { Skeleton } from '@/ui/Skeleton';
import { serverOptions } from './api';
import { Status } from './Status';
import { StatusNotice } from './StatusNotice';

const tabs = [
  ['/servers/$serverId', 'Overview'],
  ['/servers/$serverId/try', 'Try'],
  ['/servers/$serverId/versions', 'Versions'],
  ['/servers/$serverId/calls', 'Calls'],
  ['/servers/$serverId/access', 'Access'],
  ['/servers/$serverId/settings', 'Settings'],
] as const;

interface Props {
  serverId: string;
  /** The open tab's path below the server's, empty for the first. */
  part: string;
  children: ReactNode;
}

/** What stands around every tab of a server's page: which one it is, how it is, and where else one can look. */
export function ServerFrame({ serverId, part, children }: Props) {
  const { data: server, error, refetch } = useQuery(serverOptions(serverId));
  if (error instanceof ApiError && error.status === 404) return <NotFound what="server" />;
  const failed = error && <Problem error={error} action={<Button onClick={() => refetch()}>Try again</Button>} />;
  if (!server) return failed || <Skeleton lines={6} />;
  return (
    <Page
      title={server.name}
      part={part && tabs.find(([to]) => to.endsWith(`/${part}`))?.[1]}
      lead={<span className="wrap-anywhere">{server.description}</span>}
      action={<Facts server={server} />}
    >
      <TabNav label="Parts of this server">
        {tabs.map(([to, label]) => (
          <Link
            key={to}
            to={to}
            params={{ serverId }}
            activeOptions={{ exact: label === 'Overview', includeSearch: false }}
            className={tabClass}
          >
            {label}
          </Link>
        ))}
      </TabNav>
      {failed}
      {!server.takenDown && <StatusNotice server={server} />}
      {children}
    </Page>
  );
}

function Facts({ server }: { server: ServerDetail }) {
  return (
    <p className="flex flex-wrap items-baseline gap-x-4 text-muted sm:pt-2">
      <span className="text-ink">
        <Status server={server} />
      </span>
      {server.activeVersion !== null && <span>version {server.activeVersion}</span>}
      <time dateTime={server.createdAt} title={server.createdAt}>
        made {ago(server.createdAt)}
      </time>
    </p>
  );
}

/** A tab's content, once its server is known; until then the frame says why it is not. */
export function ServerTab({ serverId, children }: { serverId: string; children: (server: ServerDetail) => ReactNode }) {
  const { data: server } = useQuery(serverOptions(serverId));
  return server && children(server);
}
