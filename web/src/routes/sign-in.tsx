import { createFileRoute } from '@tanstack/react-router';
import { UseLinkPage } from '@/features/session/UseLinkPage';

export const Route = createFileRoute('/sign-in')({
  validateSearch: ({ token }): { token?: string } => (typeof token === 'string' ? { token } : {}),
  component: SignIn,
});

function SignIn() {
  const { token } = Route.useSearch();
  const navigate = Route.useNavigate();
  return <UseLinkPage token={token} onSignedIn={() => navigate({ to: '/', replace: true })} />;
}
