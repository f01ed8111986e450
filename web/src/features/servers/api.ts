import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { getJson, jsonBody, send } from '@/lib/api';
import type { Server, ServerDetail, ServerPage } from '@/lib/contract';
import { serverPath } from '@/lib/server';

const POLL_MS = 2_000;

export const serversOptions = infiniteQueryOptions({
  queryKey: ['servers'],
  queryFn: ({ pageParam, signal }) =>
    getJson<ServerPage>(pageParam ? `servers?cursor=${encodeURIComponent(pageParam)}` : 'servers', signal),
  initialPageParam: '',
  getNextPageParam: ({ nextCursor }) => nextCursor,
  refetchInterval: ({ state }) => {
    const servers = state.data?.pages.flatMap((page) => page.servers);
    return servers?.some(({ status }) => status === 'building') ? POLL_MS : false;
  },
});

export function serverOptions(id: string) {
  return queryOptions({
    queryKey: ['servers', id],
    queryFn: ({ signal }) => getJson<ServerDetail>(serverPath(id), signal),
    refetchInterval: ({ state }) => (state.data?.status === 'building' ? POLL_MS : false),
  });
}

export function useSetSecret(serverId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ key, value }: { key: string; value: string }) =>
      send(`${serverPath(serverId)}/secrets/${encodeURIComponent(key)}`, jsonBody('PUT', { value })),
    // The variables hold a secret value: nothing of a finished request is kept.
    gcTime: 0,
    onSuccess: () => client.invalidateQueries({ queryKey: ['servers', serverId] }),
  });
}

/** What is left out stays; a description of null is what the active version says. */
export function useDescribeServer(serverId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (change: { name?: string; description?: string | null }) => {
      const response = await send(serverPath(serverId), jsonBody('PATCH', change));
      return (await response.json()) as Server;
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ['servers'] }),
  });
}

export function usePauseServer(serverId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (pause: boolean) => send(`${serverPath(serverId)}/${pause ? 'pause' : 'resume'}`, { method: 'POST' }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['servers'] }),
  });
}

export function useDeleteServer(serverId: string, onDeleted: () => Promise<void>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => send(serverPath(serverId), { method: 'DELETE' }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['servers'], exact: true });
      // Forgotten only once no page shows it: that page would ask for it again.
      await onDeleted();
      client.removeQueries({ queryKey: ['servers', serverId] });
    },
  });
}
