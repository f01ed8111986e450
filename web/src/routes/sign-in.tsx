import { createFileRoute } from '@tanstack/react-router';
import { UseLinkPage } from '@/features/session/UseLinkPage';
import { localPath } from '@/lib/words';

interface Search {
  token?: string;
  next?: string;
}

export const Route = createFileRoute('/sign-in')({
  validateSearch: ({ token, next }): Search => ({
    ...(typeof token === 'string' && { token }),
    ...(typeof next === 'string' && { next }),
  }),
  component: SignIn,
});

function SignIn() {
  const { token, next } = Route.useSearch();
  const navigate = Route.useNavigate();

  function goOn(next: string | null) {
    const path = localPath(next);
    // The consent page is the host's own, so it is loaded, not routed to.
    if (path) location.assign(path);
    else void navigate({ to: '/', replace: true });
  }

  return <UseLinkPage token={token} next={next} onSignedIn={goOn} />;
}
