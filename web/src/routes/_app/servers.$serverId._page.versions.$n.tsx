import { createFileRoute } from '@tanstack/react-router';
import { useMe } from '@/features/session/api';
import { VersionView } from '@/features/versions/VersionView';

export const Route = createFileRoute('/_app/servers/$serverId/_page/versions/$n')({ component: ServerVersion });

function ServerVersion() {
  const { serverId, n } = Route.useParams();
  const { role } = useMe();
  const navigate = Route.useNavigate();
  return (
    <VersionView
      key={n}
      serverId={serverId}
      n={Number(n)}
      role={role}
      onDeleted={() => navigate({ to: '/servers/$serverId/versions', params: { serverId }, replace: true })}
    />
  );
}
