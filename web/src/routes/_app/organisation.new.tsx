import { createFileRoute } from '@tanstack/react-router';
import { NewOrganisation } from '@/features/organisation/NewOrganisation';

export const Route = createFileRoute('/_app/organisation/new')({ component: New });

function New() {
  const navigate = Route.useNavigate();
  return <NewOrganisation urlBase={`${location.origin}/mcp`} onEntered={() => navigate({ to: '/organisation' })} />;
}
