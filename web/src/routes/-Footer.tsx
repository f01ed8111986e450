import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { waysOptions } from '@/lib/ways';

const linkClass = 'rounded-sm py-1 text-muted hover:text-ink data-[status=active]:text-ink';

/** Below the pages that everyone may read: what else there is to read. */
export function Footer({ visitor }: { visitor: boolean }) {
  return (
    <footer className="mx-auto w-full max-w-[1120px] px-4 pb-6 sm:px-8">
      <nav aria-label="About Cloche" className="flex flex-wrap gap-x-6 gap-y-1 border-line border-t pt-4">
        <Link to="/docs" activeOptions={{ exact: true }} className={linkClass}>
          Docs
        </Link>
        <Link to="/docs/api" className={linkClass}>
          API
        </Link>
        <Link to="/templates" className={linkClass}>
          Templates
        </Link>
        {/* Members have their plan on its own page. */}
        {visitor && <Pricing />}
        <Link to="/security" className={linkClass}>
          Security
        </Link>
        <Link to="/status" className={linkClass}>
          Status
        </Link>
        <Link to="/changelog" className={linkClass}>
          Changelog
        </Link>
      </nav>
    </footer>
  );
}

/** Only where plans are sold. */
function Pricing() {
  const { data: ways } = useQuery(waysOptions);
  if (!ways?.plansForSale) return null;
  return (
    <Link to="/$page" params={{ page: 'pricing' }} className={linkClass}>
      Pricing
    </Link>
  );
}
