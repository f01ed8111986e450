import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Server } from '@/lib/contract';
import { ago, count } from '@/lib/words';
import { Bell } from '@/ui/Bell';
import { Button, buttonClass } from '@/ui/Button';
import { Problem } from '@/ui/Notice';
import { Page } from '@/ui/Page';
import { Skeleton } from '@/ui/Skeleton';
import { serversOptions } from './api';
import { Status } from './Status';

export function ServerList() {
  const {
    data: pages,
    error,
    refetch,
    hasNextPage,
    fetchNextPage,
    isFetchingNextPage,
  } = useInfiniteQuery(serversOptions);
  const data = pages?.pages.flatMap((page) => page.servers);
  return (
    <Page
      title="Servers"
      lead={data && data.length > 0 && !hasNextPage ? count(data.length, 'server') : undefined}
      action={
        data &&
        data.length > 0 && (
          <Link to="/" className={buttonClass('primary')}>
            New server
          </Link>
        )
      }
    >
      {error && <Problem error={error} action={<Button onClick={() => refetch()}>Try again</Button>} />}
      {!data && !error && <Skeleton lines={4} />}
      {data?.length === 0 && <Empty />}
      {data && data.length > 0 && (
        <ul className="divide-y divide-line rounded-md border border-line bg-surface">
          {data.map((server) => (
            <Row key={server.id} server={server} />
          ))}
        </ul>
      )}
      {hasNextPage && (
        <Button className="justify-self-start" busy={isFetchingNextPage && 'Loading…'} onClick={() => fetchNextPage()}>
          Show older servers
        </Button>
      )}
    </Page>
  );
}

function Row({ server }: { server: Server }) {
  const { id, name, mcpUrl, tools, allowedHosts, createdAt } = server;
  return (
    <li className="relative grid gap-x-4 gap-y-1 p-4 transition-colors duration-150 hover:bg-sunken sm:grid-cols-[3rem_minmax(0,1fr)_auto] sm:items-center">
      <Bell small hosts={allowedHosts.length} className="hidden w-10 sm:block" />
      <div className="grid min-w-0 gap-1">
        <Link
          to="/servers/$serverId"
          params={{ serverId: id }}
          className="truncate font-medium after:absolute after:inset-0 after:rounded-md"
        >
          {name}
        </Link>
        <code className="truncate text-muted">{mcpUrl}</code>
      </div>
      <div className="flex gap-4 sm:grid sm:justify-items-end sm:gap-1">
        <Status server={server} />
        <span className="text-xs leading-5 text-muted">
          {count(tools.length, 'tool')} ·{' '}
          <time dateTime={createdAt} title={createdAt}>
            {ago(createdAt)}
          </time>
        </span>
      </div>
    </li>
  );
}

function Empty() {
  return (
    <div className="grid justify-items-center gap-4 rounded-md border border-line border-dashed px-4 py-16 text-center">
      <Bell hosts={0} className="w-24 text-edge" />
      <div className="grid gap-1">
        <p className="font-medium">No servers yet</p>
        <p className="max-w-[44ch] text-muted">
          A server is a set of tools at one URL that AI clients sign in to. Describe one, and it can be live within
          seconds.
        </p>
      </div>
      <Link to="/" className={buttonClass('primary')}>
        Describe a server
      </Link>
    </div>
  );
}
