import { createFileRoute } from '@tanstack/react-router';
import { OrganisationPage } from '@/features/organisation/OrganisationPage';
import { useMe } from '@/features/session/api';

export const Route = createFileRoute('/_app/organisation/')({ component: Organisation });

function Organisation() {
  const me = useMe();
  const navigate = Route.useNavigate();
  return <OrganisationPage me={me} onGone={() => navigate({ to: '/servers' })} />;
}
