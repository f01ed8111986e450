import { createFileRoute } from '@tanstack/react-router';
import { ConnectMenu } from '@/features/connect/ConnectMenu';
import { ServerView } from '@/features/servers/ServerView';
import { useMe } from '@/features/session/api';
import { Forked } from '@/features/templates/Forked';
import { SharePanel } from '@/features/templates/SharePanel';

export const Route = createFileRoute('/_app/servers/$serverId/')({ component: Server });

function Server() {
  const { serverId } = Route.useParams();
  const { role } = useMe();
  const navigate = Route.useNavigate();
  return (
    <ServerView
      serverId={serverId}
      connect={({ slug, mcpUrl }) => <ConnectMenu slug={slug} url={mcpUrl} />}
      origin={(server) => server.templateId !== null && <Forked server={server} />}
      share={(server) =>
        role === 'owner' && server.templateId === null && <SharePanel key={server.id} server={server} />
      }
      onDeleted={() => navigate({ to: '/servers', replace: true })}
    />
  );
}
