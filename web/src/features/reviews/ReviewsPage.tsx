import { useInfiniteQuery, useQueries } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Bell } from '@/ui/Bell';
import { Button } from '@/ui/Button';
import { Problem } from '@/ui/Notice';
import { Page } from '@/ui/Page';
import { Skeleton } from '@/ui/Skeleton';
import { everWaitedOptions, type Waiting, waitingOptions } from './api';
import { ReviewCard } from './ReviewCard';

/** Versions that wait for someone to decide; `link` leads to where that is done. */
export function ReviewsPage({ link }: { link: (waiting: Waiting) => ReactNode }) {
  const log = useInfiniteQuery(everWaitedOptions);
  const ids = [...new Set(log.data?.pages.flatMap(({ entries }) => entries.map(({ resourceId }) => resourceId)) ?? [])];
  const found = useQueries({ queries: ids.map(waitingOptions) });
  const waiting = found.flatMap(({ data }) => data ?? []);
  const loading = (!log.data && !log.error) || found.some(({ isPending }) => isPending);
  const error = log.error ?? found.find(({ error }) => error)?.error;

  function retry() {
    if (log.error) void log.refetch();
    for (const one of found) if (one.error) void one.refetch();
  }

  return (
    <Page
      title="To approve"
      lead="Versions that ask for more than the one that answers, or tell AI clients anything else. Until someone decides, the version before goes on answering."
    >
      {error && <Problem error={error} action={<Button onClick={retry}>Try again</Button>} />}
      {loading && <Skeleton lines={4} />}
      {!loading && !error && waiting.length === 0 && <Empty more={log.hasNextPage} />}
      {waiting.length > 0 && (
        <ul aria-label="Waiting for approval" className="grid gap-4">
          {waiting.map((one) => (
            <ReviewCard key={one.server.id} waiting={one}>
              {link(one)}
            </ReviewCard>
          ))}
        </ul>
      )}
      {log.hasNextPage && (
        <Button
          className="justify-self-start"
          busy={log.isFetchingNextPage && 'Looking…'}
          onClick={() => log.fetchNextPage()}
        >
          Look further back
        </Button>
      )}
    </Page>
  );
}

function Empty({ more }: { more: boolean }) {
  return (
    <div className="grid justify-items-center gap-4 rounded-md border border-line border-dashed px-4 py-16 text-center">
      <Bell hosts={0} className="w-24 text-edge" />
      <div className="grid gap-1">
        <p className="font-medium">{more ? 'Nothing of late waits' : 'Nothing waits'}</p>
        <p className="max-w-[52ch] text-muted">
          A version comes here when it reaches a new host, uses a secret elsewhere, or changes what models are told.
          Other changes answer at once.
        </p>
      </div>
    </div>
  );
}
