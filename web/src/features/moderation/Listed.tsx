import { Link } from '@tanstack/react-router';
import { type ReactNode, useEffect, useRef } from 'react';
import { ApiError } from '@/lib/api';
import { Button, buttonClass } from '@/ui/Button';
import { Notice, Problem } from '@/ui/Notice';
import { Skeleton } from '@/ui/Skeleton';
import { type View, Views } from './Views';

interface Props {
  view: View;
  /** What stands between a list and what is read of it. */
  list: {
    data: unknown;
    error: Error | null;
    hasNextPage: boolean;
    isFetchingNextPage: boolean;
    refetch: () => unknown;
    fetchNextPage: () => unknown;
  };
  children: ReactNode;
}

/** A list of the API for admins: while it comes, where it fails, and for whom it is not. */
export function Listed({ view, list, children }: Props) {
  const { data, error } = list;
  if (error instanceof ApiError && error.code === 'not_an_admin') return <NotAnAdmin error={error} />;
  return (
    <>
      <Views view={view} />
      {error && <Problem error={error} action={<Button onClick={() => list.refetch()}>Try again</Button>} />}
      {!data && !error && <Skeleton lines={6} />}
      {Boolean(data) && children}
      {Boolean(data) && list.hasNextPage && (
        <Button
          className="justify-self-start"
          busy={list.isFetchingNextPage && 'Loading…'}
          onClick={() => list.fetchNextPage()}
        >
          More
        </Button>
      )}
    </>
  );
}

function NotAnAdmin({ error }: { error: ApiError }) {
  return (
    <div className="grid max-w-prose justify-items-start gap-4">
      <p className="font-medium">This page is for admins of the platform.</p>
      <p className="text-muted">
        Being an owner of an organisation is something else. The operator of this Cloche makes admins, at its command
        line: <code>cloche admin grant</code>.
      </p>
      <p className="text-xs text-muted">
        <code>{error.code}</code>
      </p>
      <Link to="/servers" className={buttonClass()}>
        Go to your servers
      </Link>
    </div>
  );
}

/** What a decision came to. The row that it was about may have left the list, so this is where one goes on. */
export function Outcome({ of }: { of: { text: string } | null }) {
  const notice = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (of) notice.current?.focus();
  }, [of]);
  return (
    <div ref={notice} tabIndex={-1} className="outline-none empty:hidden">
      {of && <Notice>{of.text}</Notice>}
    </div>
  );
}

/** A list of which there is nothing. */
export function Nothing({ children }: { children: ReactNode }) {
  return <p className="rounded-md border border-line border-dashed px-4 py-12 text-center text-muted">{children}</p>;
}
