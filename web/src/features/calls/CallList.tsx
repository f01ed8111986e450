import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { took } from '@/lib/figures';
import type { Call } from '@/lib/server';
import { ago, count } from '@/lib/words';
import { Skeleton } from '@/ui/Skeleton';
import { Around } from './Around';
import { callsOptions, type Filter } from './api';
import { clientWords, outcomeWords } from './outcomes';

interface Props {
  serverId: string;
  filter: Filter;
  live: boolean;
  onClear: () => void;
}

export function CallList({ serverId, filter, live, onClear }: Props) {
  const list = useInfiniteQuery(callsOptions(serverId, filter, live));
  const calls = list.data?.pages.flatMap((page) => page.calls);
  const longest = Math.max(1, ...(calls ?? []).map(({ wallMs }) => wallMs));
  return (
    <Around list={list} what="calls" empty={calls?.length === 0} filter={filter} live={live} onClear={onClear}>
      {!calls && !list.error && <Skeleton lines={6} label="Loading calls" />}
      {calls && calls.length > 0 && (
        <ol aria-label="Calls" className="divide-y divide-line rounded-md border border-line bg-surface">
          {calls.map((call) => (
            <Row key={call.id} serverId={serverId} call={call} longest={longest} />
          ))}
        </ol>
      )}
    </Around>
  );
}

function Row({ serverId, call, longest }: { serverId: string; call: Call; longest: number }) {
  const { id, tool, startedAt, outcome, client, wallMs, requests, error } = call;
  const ok = outcome === 'ok';
  return (
    <li className="relative grid gap-x-4 gap-y-1 px-4 py-3 transition-colors duration-150 hover:bg-sunken sm:grid-cols-[minmax(0,1fr)_9rem_8rem] sm:items-center">
      <div className="grid min-w-0">
        <Link
          to="/servers/$serverId/calls/$callId"
          params={{ serverId, callId: id }}
          className="truncate font-mono text-[0.93em] font-medium after:absolute after:inset-0"
        >
          {tool}
        </Link>
        <p className="truncate text-xs text-muted">
          <time dateTime={startedAt} title={startedAt}>
            {ago(startedAt)}
          </time>{' '}
          · {clientWords(client)}
          {requests.length > 0 && ` · ${count(requests.length, 'request')}`}
          {error && ` · ${error}`}
        </p>
      </div>
      <div className="flex items-center justify-between gap-4 sm:contents">
        <span className={ok ? 'text-muted' : 'text-broken'}>{outcomeWords(outcome)}</span>
        <Duration ms={wallMs} longest={longest} ok={ok} />
      </div>
    </li>
  );
}

/** How long it took, and how long that is beside the others. */
function Duration({ ms, longest, ok }: { ms: number; longest: number; ok: boolean }) {
  return (
    <div className="grid w-28 shrink-0 justify-items-end gap-1 text-xs tabular-nums sm:w-auto">
      <span>{took(ms)}</span>
      <svg aria-hidden="true" viewBox="0 0 100 2" preserveAspectRatio="none" className="h-0.5 w-full">
        <rect width="100" height="2" className="fill-line" />
        <rect width={Math.max(1, (ms / longest) * 100)} height="2" className={ok ? 'fill-accent' : 'fill-broken'} />
      </svg>
    </div>
  );
}
