import { createFileRoute } from '@tanstack/react-router';
import { Today } from '@/features/calls/Today';
import { ConnectMenu } from '@/features/connect/ConnectMenu';
import { Overview } from '@/features/servers/Overview';
import { ServerTab } from '@/features/servers/ServerFrame';
import { useMe } from '@/features/session/api';
import { Forked } from '@/features/templates/Forked';
import { SharePanel } from '@/features/templates/SharePanel';
import { mayChange } from '@/lib/server';

export const Route = createFileRoute('/_app/servers/$serverId/_page/')({ component: ServerOverview });

function ServerOverview() {
  const { serverId } = Route.useParams();
  const { role } = useMe();
  return (
    <ServerTab serverId={serverId}>
      {(server) => (
        <Overview
          server={server}
          tries={mayChange(role)}
          connect={<ConnectMenu slug={server.slug} url={server.mcpUrl} />}
          origin={server.templateId !== null && <Forked server={server} />}
          today={<Today serverId={serverId} />}
          share={role === 'owner' && server.templateId === null && <SharePanel key={server.id} server={server} />}
        />
      )}
    </ServerTab>
  );
}
