import { createFileRoute, useRouterState } from '@tanstack/react-router';
import { CallbackPage } from '@/features/session/CallbackPage';
import { localPath } from '@/lib/words';

export const Route = createFileRoute('/sign-in_/callback/$provider')({ component: Callback });

function Callback() {
  const { provider } = Route.useParams();
  // As it came: what a provider sends is text, whatever it looks like.
  const search = useRouterState({ select: ({ location }) => location.searchStr });
  const navigate = Route.useNavigate();
  const sent = new URLSearchParams(search);
  const brought = Object.fromEntries(
    ['state', 'code', 'error', 'iss'].flatMap((name) => {
      const value = sent.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );

  function goOn(next: string | null) {
    const path = localPath(next);
    if (path) location.replace(path);
    else void navigate({ to: '/', replace: true });
  }

  return (
    <CallbackPage
      provider={provider}
      brought={{ state: '', ...brought }}
      onSignedIn={goOn}
      onConnected={() => void navigate({ to: '/account', replace: true })}
    />
  );
}
