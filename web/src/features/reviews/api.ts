import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { ApiError, getJson } from '@/lib/api';
import type { AuditPage } from '@/lib/audit';
import type { ServerDetail } from '@/lib/contract';
import { type Version, type VersionDiff, waitingOf } from '@/lib/reviews';

/** Something to decide on. */
export interface Waiting {
  server: ServerDetail;
  version: Version;
  diff: VersionDiff;
}

/** Servers of which a version has ever waited: no list of the API has those that wait now, so the log says where to look. */
export const everWaitedOptions = infiniteQueryOptions({
  queryKey: ['reviews', 'ever'],
  queryFn: ({ pageParam, signal }) =>
    getJson<AuditPage>(`audit?action=version.waiting&limit=100${pageParam ? `&cursor=${pageParam}` : ''}`, signal),
  initialPageParam: 0,
  getNextPageParam: ({ nextCursor }) => nextCursor,
  // Who comes back from deciding sees what is left.
  staleTime: 0,
});

/** The version of a server that waits; null where none does any more, or the server is gone. */
export function waitingOptions(serverId: string) {
  return queryOptions({
    queryKey: ['reviews', 'of', serverId],
    staleTime: 0,
    queryFn: async ({ signal }): Promise<Waiting | null> => {
      const path = `servers/${encodeURIComponent(serverId)}`;
      try {
        const { versions } = await getJson<{ versions: Version[] }>(`${path}/versions`, signal);
        const version = waitingOf(versions);
        if (!version) return null;
        const [server, diff] = await Promise.all([
          getJson<ServerDetail>(path, signal),
          getJson<VersionDiff>(`${path}/versions/${version.n}/diff`, signal),
        ]);
        return { server, version, diff };
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return null;
        throw error;
      }
    },
  });
}
