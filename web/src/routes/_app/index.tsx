import { createFileRoute } from '@tanstack/react-router';
import { useMe } from '@/features/session/api';
import { Wizard } from '@/features/wizard/Wizard';

export const Route = createFileRoute('/_app/')({ component: NewServer });

function NewServer() {
  const { user, org } = useMe();
  const navigate = Route.useNavigate();
  return (
    <Wizard
      userId={user.id}
      urlBase={`${location.origin}/mcp/${org.slug}`}
      onCreated={({ id, buildId }) =>
        navigate({ to: '/servers/$serverId/builds/$buildId', params: { serverId: id, buildId } })
      }
    />
  );
}
