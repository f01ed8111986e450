import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Version } from '@/lib/server';
import { ago } from '@/lib/words';
import { Button } from '@/ui/Button';
import { Problem } from '@/ui/Notice';
import { Section } from '@/ui/Page';
import { Skeleton } from '@/ui/Skeleton';
import { versionsOptions } from './api';
import { NextVersion } from './NextVersion';
import { Standing } from './Standing';

interface Props {
  serverId: string;
  userId: string;
  /** Who looks may make versions. */
  changes: boolean;
  onBegun: (buildId: string) => void;
}

/** What there is of a server, and was; and the way to what comes next. */
export function Versions({ serverId, userId, changes, onBegun }: Props) {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(
    versionsOptions(serverId),
  );
  const versions = data?.pages.flatMap((page) => page.versions);
  return (
    <div className="grid gap-8">
      {changes && versions && versions.length > 0 && (
        <NextVersion serverId={serverId} userId={userId} versions={versions} onBegun={onBegun} />
      )}
      <Section title="All versions" note="Going back needs no build">
        {error && <Problem error={error} action={<Button onClick={() => refetch()}>Try again</Button>} />}
        {!versions && !error && <Skeleton lines={4} label="Loading versions" />}
        {versions?.length === 0 && <p className="text-muted">There is no version yet.</p>}
        {versions && versions.length > 0 && (
          <ol className="divide-y divide-line rounded-md border border-line bg-surface">
            {versions.map((version) => (
              <Row key={version.n} serverId={serverId} version={version} />
            ))}
          </ol>
        )}
        {hasNextPage && (
          <Button
            className="justify-self-start"
            busy={isFetchingNextPage && 'Loading…'}
            onClick={() => fetchNextPage()}
          >
            Show older versions
          </Button>
        )}
      </Section>
    </div>
  );
}

function Row({ serverId, version }: { serverId: string; version: Version }) {
  const { n, createdAt, createdBy, uploaded, reviewReason, review } = version;
  return (
    <li className="relative flex flex-wrap items-center justify-between gap-x-4 gap-y-1 px-4 py-3 transition-colors duration-150 hover:bg-sunken">
      <div className="grid min-w-0">
        <Link
          to="/servers/$serverId/versions/$n"
          params={{ serverId, n: String(n) }}
          className="font-medium after:absolute after:inset-0"
        >
          Version {n}
        </Link>
        <p className="text-xs text-muted wrap-anywhere">
          {createdBy.name || 'Someone'}
          {uploaded && ' uploaded it'},{' '}
          <time dateTime={createdAt} title={createdAt}>
            {ago(createdAt)}
          </time>
          {(review === 'approved' || review === 'refused') && reviewReason && ` · ${review}: ${reviewReason}`}
        </p>
      </div>
      <Standing version={version} />
    </li>
  );
}
