import { createFileRoute, Outlet, useRouterState } from '@tanstack/react-router';
import { ServerFrame } from '@/features/servers/ServerFrame';

export const Route = createFileRoute('/_app/servers/$serverId/_page')({ component: Server });

function Server() {
  const { serverId } = Route.useParams();
  const part = useRouterState({ select: ({ location }) => location.pathname.split('/')[3] ?? '' });
  return (
    <ServerFrame key={serverId} serverId={serverId} part={part}>
      <Outlet />
    </ServerFrame>
  );
}
