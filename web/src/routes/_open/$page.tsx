import { useQuery } from '@tanstack/react-query';
import { createFileRoute, Link } from '@tanstack/react-router';
import { PricingPage } from '@/features/billing/PricingPage';
import { sessionOptions } from '@/features/session/api';
import { buttonClass } from '@/ui/Button';
import { NotFound } from '@/ui/NotFound';

/** Pages that not every platform has: where there is none of them, the scripts that load at once do not name them. */
export const Route = createFileRoute('/_open/$page')({ component: Page });

function Page() {
  const { page } = Route.useParams();
  const { data: session } = useQuery(sessionOptions);
  if (page === 'pricing') return <PricingPage plan={session?.me?.org.plan ?? null} />;
  if (session?.me) return <NotFound />;
  const start = (
    <Link to="/" className={buttonClass()}>
      Go to the start
    </Link>
  );
  return <NotFound action={start} />;
}
