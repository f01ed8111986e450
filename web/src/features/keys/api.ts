import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { getJson, postJson, send } from '@/lib/api';
import type { ApiKey, NewApiKey, WantedKey } from '@/lib/keys';

/** One’s own keys, or those of all members. */
export function keysOptions(all: boolean) {
  return queryOptions({
    queryKey: ['keys', { all }],
    queryFn: async ({ signal }) =>
      (await getJson<{ apiKeys: ApiKey[] }>(all ? 'api-keys?all=true' : 'api-keys', signal)).apiKeys,
  });
}

export function useCreateKey() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (wanted: WantedKey) => postJson<NewApiKey>('api-keys', wanted),
    // The answer holds the key: nothing of it is kept after the page.
    gcTime: 0,
    onSuccess: () => client.invalidateQueries({ queryKey: ['keys'] }),
  });
}

export function useDeleteKey() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => send(`api-keys/${encodeURIComponent(id)}`, { method: 'DELETE' }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['keys'] }),
  });
}
