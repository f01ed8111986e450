import { createFileRoute } from '@tanstack/react-router';
import { ServerTab } from '@/features/servers/ServerFrame';
import { Settings } from '@/features/servers/Settings';
import { useMe } from '@/features/session/api';
import { mayChange } from '@/lib/server';

export const Route = createFileRoute('/_app/servers/$serverId/_page/settings')({ component: ServerSettings });

function ServerSettings() {
  const { serverId } = Route.useParams();
  const { role } = useMe();
  const navigate = Route.useNavigate();
  return (
    <ServerTab serverId={serverId}>
      {(server) => (
        <Settings
          server={server}
          changes={mayChange(role)}
          onDeleted={() => navigate({ to: '/servers', replace: true })}
        />
      )}
    </ServerTab>
  );
}
