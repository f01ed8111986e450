import { createFileRoute } from '@tanstack/react-router';
import { InvitePage } from '@/features/session/InvitePage';

export const Route = createFileRoute('/invite')({
  validateSearch: ({ token }): { token?: string } => ({ ...(typeof token === 'string' && { token }) }),
  component: Invite,
});

function Invite() {
  const { token } = Route.useSearch();
  const navigate = Route.useNavigate();
  return <InvitePage token={token} onJoined={() => void navigate({ to: '/servers', replace: true })} />;
}
