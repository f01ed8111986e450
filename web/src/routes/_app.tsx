import { useQuery } from '@tanstack/react-query';
import { createFileRoute, Link, Outlet } from '@tanstack/react-router';
import { Account } from '@/features/session/Account';
import { sessionOptions } from '@/features/session/api';
import { SignInPage } from '@/features/session/SignInPage';
import { Mark } from '@/ui/Bell';
import { Button } from '@/ui/Button';
import { Problem } from '@/ui/Notice';
import { Skeleton } from '@/ui/Skeleton';

export const Route = createFileRoute('/_app')({ component: App });

function App() {
  const { data: session, error, refetch } = useQuery(sessionOptions);
  if (!session) {
    return (
      <main className="mx-auto max-w-[1120px] px-4 py-8 sm:px-8">
        {error ? (
          <Problem error={error} action={<Button onClick={() => refetch()}>Try again</Button>} />
        ) : (
          <Skeleton lines={4} />
        )}
      </main>
    );
  }
  if (!session.me) return <SignInPage ended={session.ended} />;
  return (
    <div className="md:grid md:grid-cols-[220px_minmax(0,1fr)]">
      <header className="sticky top-0 z-10 flex items-center gap-1 border-line border-b bg-ground px-2 py-2 md:h-dvh md:flex-col md:items-stretch md:border-r md:border-b-0 md:p-3">
        <a href="#main" className="sr-only rounded-md bg-surface p-2 focus:not-sr-only">
          Skip to content
        </a>
        <Link to="/" className="flex items-center gap-2 rounded-md p-2 font-semibold md:mb-4">
          <Mark className="size-5" />
          <span className="max-sm:sr-only">Cloche</span>
        </Link>
        <nav aria-label="Main" className="flex flex-1 gap-1 md:flex-col">
          <NavLink to="/">New server</NavLink>
          <NavLink to="/servers">Servers</NavLink>
          <NavLink to="/account">Account</NavLink>
        </nav>
        <Account me={session.me} />
      </header>
      <main id="main" tabIndex={-1} className="mx-auto w-full max-w-[1120px] px-4 py-6 outline-none sm:px-8 sm:py-8">
        <Outlet />
      </main>
    </div>
  );
}

function NavLink({ to, children }: { to: '/' | '/servers' | '/account'; children: string }) {
  return (
    <Link
      to={to}
      activeOptions={{ exact: to === '/' }}
      className="rounded-md px-2 py-1.5 text-muted hover:bg-sunken hover:text-ink data-[status=active]:bg-sunken data-[status=active]:font-medium data-[status=active]:text-ink"
    >
      {children}
    </Link>
  );
}
