import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { ApiError, getJson } from '@/lib/api';
import { type CallDetail, type CallPage, type LogPage, serverPath, type Usage } from '@/lib/server';

/** How often what is live is asked for anew, while the tab is looked at. */
const LIVE_MS = 3_000;
const TODAY_MS = 30_000;

export interface Filter {
  tool: string;
  outcome: string;
}

/** While only the newest page is shown it is kept new; older pages would move under the reader. */
function liveWhile(live: boolean) {
  return ({ state }: { state: { data?: { pages: unknown[] } | undefined; error: Error | null } }) => {
    const ended = state.error instanceof ApiError && state.error.status === 401;
    return live && !ended && (state.data?.pages.length ?? 0) <= 1 && LIVE_MS;
  };
}

function path(serverId: string, what: 'calls' | 'logs', { tool, outcome }: Filter, cursor: string): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ tool, outcome, cursor })) if (value) query.set(name, value);
  return `${serverPath(serverId)}/${what}${query.size > 0 ? `?${query}` : ''}`;
}

export function callsOptions(serverId: string, filter: Filter, live: boolean) {
  return infiniteQueryOptions({
    queryKey: ['servers', serverId, 'calls', filter],
    queryFn: ({ pageParam, signal }) => getJson<CallPage>(path(serverId, 'calls', filter, pageParam), signal),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
    refetchInterval: liveWhile(live),
  });
}

export function logsOptions(serverId: string, filter: Filter, live: boolean) {
  return infiniteQueryOptions({
    queryKey: ['servers', serverId, 'logs', filter],
    queryFn: ({ pageParam, signal }) => getJson<LogPage>(path(serverId, 'logs', filter, pageParam), signal),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
    refetchInterval: liveWhile(live),
  });
}

export function callOptions(serverId: string, callId: string) {
  return queryOptions({
    queryKey: ['servers', serverId, 'calls', callId],
    queryFn: ({ signal }) => getJson<CallDetail>(`${serverPath(serverId)}/calls/${encodeURIComponent(callId)}`, signal),
    // What is over does not change.
    staleTime: Infinity,
  });
}

/** The newest calls, to tell from them how long calls take. */
export function newestCallsOptions(serverId: string) {
  return queryOptions({
    queryKey: ['servers', serverId, 'newest-calls'],
    queryFn: ({ signal }) => getJson<CallPage>(`${serverPath(serverId)}/calls?limit=100`, signal),
    refetchInterval: TODAY_MS,
  });
}

export function usageOptions(serverId: string) {
  return queryOptions({
    queryKey: ['servers', serverId, 'usage'],
    queryFn: ({ signal }) => getJson<Usage>(`usage?server=${encodeURIComponent(serverId)}`, signal),
    refetchInterval: TODAY_MS,
  });
}
