import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Me } from '@/lib/contract';
import type { Belonging } from '@/lib/organisation';
import { Button } from '@/ui/Button';
import { Problem } from '@/ui/Notice';
import { Skeleton } from '@/ui/Skeleton';
import { orgsOptions, useSwitch } from './api';

/** The organisations that one belongs to, to act in another one; and the way to one more. */
export function OrgSwitch({ me, onEntered }: { me: Me; onEntered: () => Promise<void> }) {
  const { data: orgs, error, refetch } = useQuery(orgsOptions);
  const enter = useSwitch(onEntered);
  return (
    <div className="grid gap-1">
      <p className="text-xs text-muted">Organisations</p>
      {error && <Problem error={error} action={<Button onClick={() => refetch()}>Try again</Button>} />}
      {!orgs && !error && <Skeleton lines={2} />}
      {orgs && (
        <ul aria-label="Organisations" className="-mx-2 grid">
          {orgs.map((org) => (
            <li key={org.id}>
              <OrgButton
                org={org}
                current={org.id === me.org.id}
                entering={enter.isPending && enter.variables === org.slug}
                onEnter={() => enter.mutate(org.slug)}
              />
            </li>
          ))}
        </ul>
      )}
      {enter.error && <Problem error={enter.error} />}
      <Link to="/organisation/new" className="-mx-2 rounded-md px-2 py-1.5 text-muted hover:bg-sunken hover:text-ink">
        New organisation
      </Link>
    </div>
  );
}

interface Props {
  org: Belonging;
  current: boolean;
  entering: boolean;
  onEnter: () => void;
}

function OrgButton({ org, current, entering, onEnter }: Props) {
  return (
    <button
      type="button"
      aria-current={current ? 'true' : undefined}
      aria-busy={entering}
      disabled={current || entering}
      onClick={onEnter}
      className="flex w-full items-baseline justify-between gap-3 rounded-md px-2 py-1.5 text-left enabled:hover:bg-sunken"
    >
      <span className={`truncate ${current ? 'font-medium' : ''}`}>{org.name}</span>
      <span className="shrink-0 text-xs text-muted">{entering ? 'Going there…' : current ? 'here' : org.role}</span>
    </button>
  );
}
