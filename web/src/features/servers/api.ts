import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { getJson, jsonBody, send } from '@/lib/api';
import type { Server, ServerDetail } from '@/lib/contract';

const POLL_MS = 2_000;

export const serversOptions = queryOptions({
  queryKey: ['servers'],
  queryFn: async ({ signal }) => (await getJson<{ servers: Server[] }>('servers', signal)).servers,
  refetchInterval: ({ state }) => (state.data?.some(({ status }) => status === 'building') ? POLL_MS : false),
});

export function serverOptions(id: string) {
  return queryOptions({
    queryKey: ['servers', id],
    queryFn: ({ signal }) => getJson<ServerDetail>(serverPath(id), signal),
    refetchInterval: ({ state }) => (state.data?.status === 'building' ? POLL_MS : false),
  });
}

function serverPath(id: string): string {
  return `servers/${encodeURIComponent(id)}`;
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

export function useDeleteServer(serverId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => send(serverPath(serverId), { method: 'DELETE' }),
    onSuccess: () => {
      client.removeQueries({ queryKey: ['servers', serverId] });
      return client.invalidateQueries({ queryKey: ['servers'], exact: true });
    },
  });
}
