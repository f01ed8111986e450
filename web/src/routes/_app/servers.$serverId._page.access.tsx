import { createFileRoute } from '@tanstack/react-router';
import { ServerAccess } from '@/features/access/ServerAccess';
import { ServerTab } from '@/features/servers/ServerFrame';
import { useMe } from '@/features/session/api';

export const Route = createFileRoute('/_app/servers/$serverId/_page/access')({ component: Access });

function Access() {
  const { serverId } = Route.useParams();
  const { role } = useMe();
  return <ServerTab serverId={serverId}>{(server) => <ServerAccess server={server} role={role} />}</ServerTab>;
}
