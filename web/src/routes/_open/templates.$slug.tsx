import { useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { sessionOptions } from '@/features/session/api';
import { TemplateView } from '@/features/templates/TemplateView';

export const Route = createFileRoute('/_open/templates/$slug')({ component: Template });

function Template() {
  const { slug } = Route.useParams();
  const navigate = Route.useNavigate();
  const { data: session } = useQuery(sessionOptions);
  const me = session?.me;
  return (
    <TemplateView
      key={slug}
      slug={slug}
      signedIn={Boolean(me)}
      owner={me?.role === 'owner'}
      urlBase={me ? `${location.origin}/mcp/${me.org.slug}` : ''}
      onForked={({ id }) => navigate({ to: '/servers/$serverId', params: { serverId: id } })}
    />
  );
}
