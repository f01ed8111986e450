import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { getJson } from '@/lib/api';
import type { Build, BuildEvent } from '@/lib/contract';
import { followBuild, isFinal, type Link, withEvent } from './follow';

/** Says whether there is such a build for us, which a refused WebSocket does not, and what has happened so far. */
function buildOptions(buildId: string) {
  return queryOptions({
    queryKey: ['builds', buildId],
    queryFn: ({ signal }) => getJson<Build>(`builds/${encodeURIComponent(buildId)}`, signal),
  });
}

const none: BuildEvent[] = [];

/** A build's events as they come: by WebSocket, and by asking whenever that is lost. */
export function useBuild(buildId: string) {
  const client = useQueryClient();
  const [link, setLink] = useState<Link>('connecting');
  const build = useQuery(buildOptions(buildId));
  const told = useQuery<BuildEvent[]>({
    queryKey: ['build-events', buildId],
    queryFn: () => none,
    staleTime: Infinity,
    enabled: false,
  });
  const asked = build.data?.events ?? none;
  const events = useMemo(() => asked.reduce(withEvent, told.data ?? none), [asked, told.data]);
  const over = events.some(({ state }) => isFinal(state));
  const known = build.isSuccess;

  useEffect(() => {
    if (!known || over) return;
    return followBuild(buildId, {
      onEvent: (event) =>
        client.setQueryData<BuildEvent[]>(['build-events', buildId], (events = none) => withEvent(events, event)),
      onLink: setLink,
      onLost: () => client.invalidateQueries({ queryKey: ['builds', buildId] }),
    });
  }, [buildId, known, over, client]);

  return { events, link, error: build.error, isPending: build.isPending, retry: build.refetch };
}
