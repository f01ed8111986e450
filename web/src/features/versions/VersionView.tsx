import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import { reported } from '@/lib/capability';
import type { Role } from '@/lib/contract';
import { size } from '@/lib/figures';
import type { Version } from '@/lib/server';
import { ago } from '@/lib/words';
import { Button } from '@/ui/Button';
import { CapabilityCard } from '@/ui/CapabilityCard';
import { Findings } from '@/ui/Findings';
import { Notice, Problem } from '@/ui/Notice';
import { Section } from '@/ui/Page';
import { Skeleton } from '@/ui/Skeleton';
import { reportOptions, versionsOptions } from './api';
import { Decisions } from './Decisions';
import { Diff } from './Diff';
import { Standing } from './Standing';

const link = 'text-link underline underline-offset-2';

interface Props {
  serverId: string;
  n: number;
  role: Role;
  onDeleted: () => void;
}

/** One version: how it stands, what can be decided, and what is new in it. */
export function VersionView({ serverId, n, role, onDeleted }: Props) {
  const list = useInfiniteQuery(versionsOptions(serverId));
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetching } = list;
  const versions = data?.pages.flatMap((page) => page.versions) ?? [];
  const version = versions.find((version) => version.n === n);
  const further = Boolean(data) && !version && hasNextPage;

  // There is no asking for one version: it is looked for page by page.
  useEffect(() => {
    if (further && !isFetching && !error) void fetchNextPage();
  }, [further, isFetching, error, fetchNextPage]);

  return (
    <div className="grid gap-6">
      <Link to="/servers/$serverId/versions" params={{ serverId }} className={`${link} justify-self-start`}>
        All versions
      </Link>
      {error && <Problem error={error} action={<Button onClick={() => refetch()}>Try again</Button>} />}
      {!version && !error && (!data || further) && <Skeleton lines={5} label="Loading the version" />}
      {!version && data && !further && <Notice>There is no such version of this server, or it was deleted.</Notice>}
      {version && <Shown serverId={serverId} version={version} versions={versions} role={role} onDeleted={onDeleted} />}
    </div>
  );
}

interface ShownProps extends Omit<Props, 'n'> {
  version: Version;
  versions: Version[];
}

function Shown({ serverId, version, versions, role, onDeleted }: ShownProps) {
  const active = versions.find((version) => version.active)?.n;
  const { n, build, createdAt, createdBy, sha256 } = version;
  return (
    <>
      <header className="flex flex-wrap items-start justify-between gap-4">
        <div className="grid gap-1">
          <h2 className="flex flex-wrap items-baseline gap-x-3 text-lg font-semibold">
            Version {n}
            <span className="text-sm font-normal">
              <Standing version={version} />
            </span>
          </h2>
          <p className="text-muted wrap-anywhere">
            {createdBy.name || 'Someone'},{' '}
            <time dateTime={createdAt} title={createdAt}>
              {ago(createdAt)}
            </time>
            {' · '}
            <Link to="/servers/$serverId/builds/$buildId" params={{ serverId, buildId: build.id }} className={link}>
              Its build
            </Link>
          </p>
        </div>
        <Decisions serverId={serverId} version={version} active={active} role={role} onDeleted={onDeleted} />
      </header>
      {build.failure && (
        <Notice tone="broken">
          <p className="wrap-anywhere">
            {build.failure.message} <code className="text-muted">{build.failure.code}</code>
          </p>
        </Notice>
      )}
      <Reviewed version={version} />
      {sha256 !== null && <Built serverId={serverId} version={version} versions={versions} active={active} />}
    </>
  );
}

/** What was decided on it, and why. */
function Reviewed({ version: { review, reviewedAt, reviewReason } }: { version: Version }) {
  if (review === 'waiting') {
    return (
      <Notice tone="decide">
        It asks for more than the version that answers. It waits until an owner or a reviewer approves it.
      </Notice>
    );
  }
  if (review !== 'approved' && review !== 'refused') return null;
  return (
    <p className="wrap-anywhere">
      {review === 'approved' ? 'Approved' : 'Refused: it will never answer'}
      {reviewedAt && (
        <>
          {', '}
          <time dateTime={reviewedAt} title={reviewedAt}>
            {ago(reviewedAt)}
          </time>
        </>
      )}
      . {reviewReason && <q>{reviewReason}</q>}
    </p>
  );
}

interface BuiltProps {
  serverId: string;
  version: Version;
  versions: Version[];
  active: number | undefined;
}

function Built({ serverId, version: { n, sha256 }, versions, active }: BuiltProps) {
  const others = versions.filter((other) => other.n !== n && other.sha256 !== null);
  // Against what answers; what answers itself, against the one before it.
  const from = active !== undefined && active !== n ? active : others.find((other) => other.n < n)?.n;
  const { data: report, error, refetch } = useQuery(reportOptions(serverId, n));
  return (
    <div className="grid items-start gap-8 lg:grid-cols-[minmax(0,1fr)_360px]">
      <Section title="What changes" note={from === undefined ? undefined : `from version ${from} to ${n}`}>
        {from === undefined ? (
          <p className="text-muted">There is no other built version to compare it with.</p>
        ) : (
          <Diff serverId={serverId} n={n} from={from} answers={from === active} />
        )}
      </Section>
      <div className="grid min-w-0 gap-4">
        {error && <Problem error={error} action={<Button onClick={() => refetch()}>Try again</Button>} />}
        {!report && !error && <Skeleton lines={4} label="Reading what it can do" />}
        {report && <CapabilityCard can={reported(report)} />}
        {report && <Findings findings={report.findings} before="approve" />}
        <p className="text-xs text-muted">
          sha256 <code className="wrap-anywhere">{sha256}</code>
          {report && ` · ${size(report.componentSize)}`}
        </p>
      </div>
    </div>
  );
}
