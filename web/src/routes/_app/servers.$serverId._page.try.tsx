import { createFileRoute } from '@tanstack/react-router';
import { Playground } from '@/features/playground/Playground';
import { ServerTab } from '@/features/servers/ServerFrame';
import { useMe } from '@/features/session/api';

interface Search {
  tool?: string | undefined;
}

export const Route = createFileRoute('/_app/servers/$serverId/_page/try')({
  validateSearch: ({ tool }): Search => ({ tool: typeof tool === 'string' ? tool : undefined }),
  component: ServerTry,
});

function ServerTry() {
  const { serverId } = Route.useParams();
  const { tool } = Route.useSearch();
  const { user, role } = useMe();
  const navigate = Route.useNavigate();
  return (
    <ServerTab serverId={serverId}>
      {(server) => (
        <Playground
          server={server}
          userId={user.id}
          role={role}
          tool={tool}
          onTool={(tool) => navigate({ search: { tool }, replace: true, resetScroll: false })}
        />
      )}
    </ServerTab>
  );
}
