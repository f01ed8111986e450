import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { getJson, jsonBody, postJson, send } from '@/lib/api';
import type { Build } from '@/lib/contract';
import { diagnosticsOf } from '@/lib/diagnostics';
import { reviewsKey } from '@/lib/reviews';
import {
  type BegunVersion,
  type NextVersion,
  serverPath,
  type VersionDiff,
  type VersionPage,
  type VersionReport,
  type VersionSource,
} from '@/lib/server';

const POLL_MS = 2_000;

function versionPath(serverId: string, n: number): string {
  return `${serverPath(serverId)}/versions/${n}`;
}

export function versionsOptions(serverId: string) {
  return infiniteQueryOptions({
    queryKey: ['servers', serverId, 'versions'],
    queryFn: ({ pageParam, signal }) =>
      getJson<VersionPage>(`${serverPath(serverId)}/versions${pageParam ? `?cursor=${pageParam}` : ''}`, signal),
    initialPageParam: 0,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    refetchInterval: ({ state }) => {
      const versions = state.data?.pages.flatMap((page) => page.versions);
      return versions?.some(({ state }) => !['live', 'needs_approval', 'failed'].includes(state)) ? POLL_MS : false;
    },
  });
}

export function diffOptions(serverId: string, n: number, from: number) {
  return queryOptions({
    queryKey: ['servers', serverId, 'diff', n, from],
    queryFn: ({ signal }) => getJson<VersionDiff>(`${versionPath(serverId, n)}/diff?from=${from}`, signal),
    // Neither of the two changes any more.
    staleTime: Infinity,
  });
}

export function reportOptions(serverId: string, n: number) {
  return queryOptions({
    queryKey: ['servers', serverId, 'report', n],
    queryFn: ({ signal }) => getJson<VersionReport>(`${versionPath(serverId, n)}/capabilities`, signal),
    staleTime: Infinity,
  });
}

export function sourceOptions(serverId: string, n: number) {
  return queryOptions({
    queryKey: ['servers', serverId, 'source', n],
    queryFn: ({ signal }) => getJson<VersionSource>(`${versionPath(serverId, n)}/source`, signal),
    staleTime: Infinity,
  });
}

/** What a build that failed has failed of. */
export function failureOptions(serverId: string, buildId: string) {
  return queryOptions({
    queryKey: ['servers', serverId, 'failure', buildId],
    queryFn: async ({ signal }) =>
      diagnosticsOf((await getJson<Build>(`builds/${encodeURIComponent(buildId)}`, signal)).events),
    staleTime: Infinity,
  });
}

/** Begins the next version. */
export function useIterate(serverId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (next: NextVersion) => postJson<BegunVersion>(`${serverPath(serverId)}/iterate`, next),
    onSuccess: () => void client.invalidateQueries({ queryKey: ['servers', serverId] }),
  });
}

export type Decision = { what: 'approve' | 'refuse'; reason: string } | { what: 'activate' } | { what: 'delete' };

/** Decides on a version; afterwards the server may be another. */
export function useDecide(serverId: string, n: number) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (decision: Decision) => {
      const path = versionPath(serverId, n);
      if (decision.what === 'delete') return send(path, { method: 'DELETE' });
      if (decision.what === 'activate') return send(`${path}/activate`, { method: 'POST' });
      return send(`${path}/${decision.what}`, jsonBody('POST', { reason: decision.reason }));
    },
    onSuccess: (_, { what }) => {
      void client.invalidateQueries({ queryKey: reviewsKey });
      const anew = client.invalidateQueries({ queryKey: ['servers'] });
      // The page of a deleted version is left at once.
      return what === 'delete' ? undefined : anew;
    },
  });
}
