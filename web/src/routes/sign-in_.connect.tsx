import { createFileRoute } from '@tanstack/react-router';
import { ConnectPage } from '@/features/session/ConnectPage';
import { localPath } from '@/lib/words';

export const Route = createFileRoute('/sign-in_/connect')({
  validateSearch: ({ token }): { token?: string } => ({ ...(typeof token === 'string' && { token }) }),
  component: Connect,
});

function Connect() {
  const { token } = Route.useSearch();
  const navigate = Route.useNavigate();

  function goOn(next: string | null) {
    const path = localPath(next);
    if (path) location.replace(path);
    else void navigate({ to: '/', replace: true });
  }

  return <ConnectPage token={token} onSignedIn={goOn} />;
}
