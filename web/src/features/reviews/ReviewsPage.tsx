import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Waiting } from '@/lib/reviews';
import { Bell } from '@/ui/Bell';
import { Button } from '@/ui/Button';
import { Problem } from '@/ui/Notice';
import { Page } from '@/ui/Page';
import { Skeleton } from '@/ui/Skeleton';
import { MOST, waitingOptions } from './api';
import { ReviewCard } from './ReviewCard';

/** Versions that wait for someone to decide; `link` leads to where that is done. */
export function ReviewsPage({ link }: { link: (waiting: Waiting) => ReactNode }) {
  // Who comes back from deciding sees what is left.
  const { data: waiting, error, refetch } = useQuery({ ...waitingOptions, staleTime: 0 });
  return (
    <Page
      title="To approve"
      lead="Versions that ask for more than the one that answers, or tell AI clients anything else. Until someone decides, the version before goes on answering."
    >
      {error && <Problem error={error} action={<Button onClick={() => refetch()}>Try again</Button>} />}
      {!waiting && !error && <Skeleton lines={4} />}
      {waiting?.length === 0 && <Empty />}
      {waiting && waiting.length > 0 && (
        <ul aria-label="Waiting for approval" className="grid gap-4">
          {waiting.map((one) => (
            <ReviewCard key={`${one.server.id} ${one.version.n}`} waiting={one}>
              {link(one)}
            </ReviewCard>
          ))}
        </ul>
      )}
      {waiting && waiting.length >= MOST && (
        <p className="text-muted">These are the newest {MOST}. Older ones come here as these are decided.</p>
      )}
    </Page>
  );
}

function Empty() {
  return (
    <div className="grid justify-items-center gap-4 rounded-md border border-line border-dashed px-4 py-16 text-center">
      <Bell hosts={0} className="w-24 text-edge" />
      <div className="grid gap-1">
        <p className="font-medium">Nothing waits</p>
        <p className="max-w-[52ch] text-muted">
          A version comes here when it reaches a new host, uses a secret elsewhere, or changes what models are told.
          Other changes answer at once.
        </p>
      </div>
    </div>
  );
}
