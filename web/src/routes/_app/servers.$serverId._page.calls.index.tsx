import { createFileRoute } from '@tanstack/react-router';
import { Calls, type View } from '@/features/calls/Calls';
import { ServerTab } from '@/features/servers/ServerFrame';

interface Search {
  tool?: string | undefined;
  outcome?: string | undefined;
  view?: View | undefined;
}

export const Route = createFileRoute('/_app/servers/$serverId/_page/calls/')({
  validateSearch: ({ tool, outcome, view }): Search => ({
    tool: typeof tool === 'string' && tool ? tool : undefined,
    outcome: typeof outcome === 'string' && outcome ? outcome : undefined,
    view: view === 'logs' ? view : undefined,
  }),
  component: ServerCalls,
});

function ServerCalls() {
  const { serverId } = Route.useParams();
  const { tool = '', outcome = '', view = 'calls' } = Route.useSearch();
  const navigate = Route.useNavigate();
  return (
    <ServerTab serverId={serverId}>
      {(server) => (
        <Calls
          serverId={serverId}
          tools={server.tools.map(({ name }) => name)}
          filter={{ tool, outcome }}
          view={view}
          onLook={(change) => navigate({ search: (now) => ({ ...now, ...change }), replace: true, resetScroll: false })}
        />
      )}
    </ServerTab>
  );
}
