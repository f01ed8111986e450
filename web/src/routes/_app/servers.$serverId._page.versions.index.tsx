import { createFileRoute } from '@tanstack/react-router';
import { useMe } from '@/features/session/api';
import { Versions } from '@/features/versions/Versions';
import { mayChange } from '@/lib/server';

export const Route = createFileRoute('/_app/servers/$serverId/_page/versions/')({ component: ServerVersions });

function ServerVersions() {
  const { serverId } = Route.useParams();
  const { user, role } = useMe();
  const navigate = Route.useNavigate();
  return (
    <Versions
      serverId={serverId}
      userId={user.id}
      changes={mayChange(role)}
      onBegun={(buildId) => navigate({ to: '/servers/$serverId/builds/$buildId', params: { serverId, buildId } })}
    />
  );
}
