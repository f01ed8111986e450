import { queryOptions } from '@tanstack/react-query';
import { getJson } from '@/lib/api';
import { reviewsKey, type VersionDiff, type Waiting } from '@/lib/reviews';
import { serverPath } from '@/lib/server';

/** How many the API tells of at most. */
export const MOST = 100;

/** What waits, the newest first. */
export const waitingOptions = queryOptions({
  queryKey: reviewsKey,
  queryFn: async ({ signal }) => (await getJson<{ reviews: Waiting[] }>('reviews', signal)).reviews,
});

/** What a version asks for, held against the one that answers. */
export function askedForOptions({ server, version }: Waiting) {
  return queryOptions({
    queryKey: [...reviewsKey, server.id, version.n],
    queryFn: ({ signal }) => getJson<VersionDiff>(`${serverPath(server.id)}/versions/${version.n}/diff`, signal),
  });
}
