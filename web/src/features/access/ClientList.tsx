import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Button } from '@/ui/Button';
import { Problem } from '@/ui/Notice';
import { Rows } from '@/ui/Row';
import { Skeleton } from '@/ui/Skeleton';
import { clientsOptions } from './api';
import { ClientRow } from './ClientRow';

interface Props {
  label: string;
  /** The one whose clients are listed; left out: those of all servers. */
  serverId?: string;
  /** What stands here while there is none. */
  empty: ReactNode;
}

/** Clients that hold tokens, page by page. */
export function ClientList({ label, serverId, empty }: Props) {
  const list = useInfiniteQuery(clientsOptions(serverId));
  const { data, error } = list;
  const clients = data?.pages.flatMap((page) => page.clients);
  return (
    <>
      {error && <Problem error={error} action={<Button onClick={() => list.refetch()}>Try again</Button>} />}
      {!clients && !error && <Skeleton lines={3} label="Loading clients" />}
      {clients?.length === 0 && empty}
      {clients && clients.length > 0 && (
        <Rows label={label}>
          {clients.map((connected) => (
            <ClientRow key={connected.id} connected={connected} namesServer={serverId === undefined} />
          ))}
        </Rows>
      )}
      {list.hasNextPage && (
        <Button
          className="justify-self-start"
          busy={list.isFetchingNextPage && 'Loading…'}
          onClick={() => list.fetchNextPage()}
        >
          Show more clients
        </Button>
      )}
    </>
  );
}
