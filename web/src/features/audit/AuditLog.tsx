import { useInfiniteQuery } from '@tanstack/react-query';
import type { AuditFilter } from '@/lib/audit';
import { Button, buttonClass } from '@/ui/Button';
import { Problem } from '@/ui/Notice';
import { Page } from '@/ui/Page';
import { Skeleton } from '@/ui/Skeleton';
import { auditOptions } from './api';
import { Entry } from './Entry';
import { Filters } from './Filters';

interface Props {
  filter: AuditFilter;
  onFilter: (filter: AuditFilter) => void;
}

/** Who changed what in the organisation, and from where. */
export function AuditLog({ filter, onFilter }: Props) {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(
    auditOptions(filter),
  );
  const entries = data?.pages.flatMap((page) => page.entries);
  const filtered = Object.values(filter).some(Boolean);
  return (
    <Page
      title="Audit log"
      lead="Who changed what, and from where. Each entry is sealed with the one before it: none can be changed or taken out unseen."
      action={
        <a href="/v1/audit/export" download className={buttonClass()}>
          Export the whole log
        </a>
      }
    >
      <Filters filter={filter} onFilter={onFilter} />
      {error && <Problem error={error} action={<Button onClick={() => refetch()}>Try again</Button>} />}
      {!entries && !error && <Skeleton lines={6} />}
      {entries?.length === 0 && (
        <p className="text-muted">
          {filtered ? 'Nothing of that kind was done.' : 'Nothing was done yet: whatever is changed stands here.'}
        </p>
      )}
      {entries && entries.length > 0 && (
        <ol aria-label="Entries" className="divide-y divide-line rounded-md border border-line bg-surface">
          {entries.map((entry) => (
            <Entry key={entry.seq} entry={entry} onFilter={onFilter} />
          ))}
        </ol>
      )}
      {hasNextPage && (
        <Button className="justify-self-start" busy={isFetchingNextPage && 'Loading…'} onClick={() => fetchNextPage()}>
          Show older entries
        </Button>
      )}
    </Page>
  );
}
