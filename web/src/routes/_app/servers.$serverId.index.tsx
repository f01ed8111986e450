import { createFileRoute } from '@tanstack/react-router';
import { ConnectMenu } from '@/features/connect/ConnectMenu';
import { ServerView } from '@/features/servers/ServerView';

export const Route = createFileRoute('/_app/servers/$serverId/')({ component: Server });

function Server() {
  const { serverId } = Route.useParams();
  const navigate = Route.useNavigate();
  return (
    <ServerView
      serverId={serverId}
      connect={({ slug, mcpUrl }) => <ConnectMenu slug={slug} url={mcpUrl} />}
      onDeleted={() => navigate({ to: '/servers', replace: true })}
    />
  );
}
