import { Link, useRouterState } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Account } from '@/features/session/Account';
import type { Me } from '@/lib/contract';
import { Mark } from '@/ui/Bell';
import { buttonClass } from '@/ui/Button';
import { NavLink } from './-NavLink';
import { OrgLinks } from './-OrgLinks';
import { OrgSection } from './-OrgSection';

interface Props {
  /** Null: nobody is signed in. Undefined: that is not known. */
  me: Me | null | undefined;
  /** Below the page, at the end of the window where the page is short. */
  footer?: ReactNode;
  children: ReactNode;
}

/** The app around a page: where one is, where else one can go, and who one is. */
export function Frame({ me, footer, children }: Props) {
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
        <nav
          aria-label="Main"
          className="flex min-h-0 min-w-0 flex-1 gap-1 overflow-x-auto md:-mx-1 md:flex-col md:overflow-y-auto md:p-1"
        >
          {me && (
            <NavLink to="/">
              New<span className="max-sm:sr-only"> server</span>
            </NavLink>
          )}
          {me && <NavLink to="/servers">Servers</NavLink>}
          <NavLink to="/templates">Templates</NavLink>
          {me && <NavLink to="/account">Account</NavLink>}
          <span className={me ? 'grid max-sm:hidden' : 'grid'}>
            <NavLink to="/docs">Docs</NavLink>
          </span>
          {me && (
            <div className="mt-3 grid gap-1 border-line border-t pt-3 max-md:hidden">
              <OrgLinks me={me} />
            </div>
          )}
        </nav>
        {me && (
          <Account me={me}>
            <OrgSection me={me} />
          </Account>
        )}
        {me === null && <SignIn />}
      </header>
      <div className="flex min-h-[calc(100dvh-57px)] min-w-0 flex-col md:min-h-dvh">
        <main
          id="main"
          tabIndex={-1}
          className="mx-auto w-full max-w-[1120px] flex-1 px-4 py-6 outline-none sm:px-8 sm:py-8"
        >
          {children}
        </main>
        {footer}
      </div>
    </div>
  );
}

/** The way in, and back to the page that it was on. */
function SignIn() {
  const next = useRouterState({ select: ({ location }) => location.pathname + location.searchStr });
  return (
    <Link to="/sign-in" search={{ next }} className={buttonClass('primary')}>
      Sign in
    </Link>
  );
}
