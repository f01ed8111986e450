import { Link, type LinkProps } from '@tanstack/react-router';
import type { ReactNode } from 'react';

/** A way to one of the app's pages, which shows whether one is there. */
export function NavLink({ to, children }: { to: NonNullable<LinkProps['to']>; children: ReactNode }) {
  return (
    <Link
      to={to}
      activeOptions={{ exact: to === '/', includeSearch: false }}
      className="shrink-0 rounded-md px-2 py-1.5 whitespace-nowrap text-muted hover:bg-sunken hover:text-ink data-[status=active]:bg-sunken data-[status=active]:font-medium data-[status=active]:text-ink max-sm:px-1.5"
    >
      {children}
    </Link>
  );
}
