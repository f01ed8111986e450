import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { getJson } from '@/lib/api';
import type { Build, BuildEvent } from '@/lib/contract';
import { followBuild, type Link, withEvent } from './follow';

/** Says whether there is such a build for us: a WebSocket that is refused does not say why. */
function buildOptions(buildId: string) {
  return queryOptions({
    queryKey: ['builds', buildId],
    queryFn: ({ signal }) => getJson<Build>(`builds/${encodeURIComponent(buildId)}`, signal),
  });
}

const none: BuildEvent[] = [];

/** A build's events as they come. */
export function useBuild(buildId: string) {
  const client = useQueryClient();
  const [link, setLink] = useState<Link>('connecting');
  const build = useQuery(buildOptions(buildId));
  const eventsKey = ['build-events', buildId];
  const events = useQuery<BuildEvent[]>({
    queryKey: eventsKey,
    queryFn: () => none,
    staleTime: Infinity,
    enabled: false,
  });
  const known = build.isSuccess;

  useEffect(() => {
    if (!known) return;
    return followBuild(buildId, {
      onEvent: (event) =>
        client.setQueryData<BuildEvent[]>(['build-events', buildId], (events = []) => withEvent(events, event)),
      onLink: setLink,
      onLost: () => client.invalidateQueries({ queryKey: ['builds', buildId] }),
    });
  }, [buildId, known, client]);

  return { events: events.data ?? none, link, error: build.error, isPending: build.isPending, retry: build.refetch };
}
