import type { ReactNode } from 'react';
import { Button } from '@/ui/Button';
import { Problem } from '@/ui/Notice';
import type { Filter } from './api';

interface Props {
  list: {
    data: { pages: unknown[] } | undefined;
    error: Error | null;
    hasNextPage: boolean;
    isFetchingNextPage: boolean;
    refetch: () => unknown;
    fetchNextPage: () => unknown;
  };
  what: 'calls' | 'logs';
  empty: boolean;
  filter: Filter;
  live: boolean;
  onClear: () => void;
  children: ReactNode;
}

const nothing = {
  calls:
    'No calls yet. Each call of a client, and each that you try here, appears as it ends: what it used, whom it asked, and what it came to.',
  logs: 'Nothing was written yet. What tools log appears here, call by call.',
};

/** What a list of calls and one of logs have in common: failing, being empty, and going on to older ones. */
export function Around({ list, what, empty, filter, live, onClear, children }: Props) {
  const filtered = filter.tool !== '' || filter.outcome !== '';
  return (
    <>
      {list.error && <Problem error={list.error} action={<Button onClick={() => list.refetch()}>Try again</Button>} />}
      {children}
      {empty && (
        <div className="grid justify-items-center gap-4 rounded-md border border-line border-dashed px-4 py-12 text-center">
          <p className="max-w-[48ch] text-muted">{filtered ? `No ${what} are like that.` : nothing[what]}</p>
          {filtered && <Button onClick={onClear}>Show all</Button>}
        </div>
      )}
      {list.hasNextPage && (
        <div className="flex flex-wrap items-center gap-3">
          <Button busy={list.isFetchingNextPage && 'Loading…'} onClick={() => list.fetchNextPage()}>
            Show older {what}
          </Button>
          {live && (list.data?.pages.length ?? 0) > 1 && (
            <p className="text-muted">New {what} wait while older ones are shown.</p>
          )}
        </div>
      )}
    </>
  );
}
