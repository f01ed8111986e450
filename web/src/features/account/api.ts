import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { getJson, jsonBody, postJson, send } from '@/lib/api';
import type { Identity, Passkey } from '@/lib/contract';
import { addPasskey } from '@/lib/passkeys';

export const passkeysOptions = queryOptions({
  queryKey: ['passkeys'],
  queryFn: async ({ signal }) => (await getJson<{ passkeys: Passkey[] }>('me/passkeys', signal)).passkeys,
});

export const identitiesOptions = queryOptions({
  queryKey: ['identities'],
  queryFn: async ({ signal }) => (await getJson<{ identities: Identity[] }>('me/identities', signal)).identities,
});

function useChange<Variables, Result>(queryKey: string[], mutationFn: (variables: Variables) => Promise<Result>) {
  const client = useQueryClient();
  return useMutation({ mutationFn, onSuccess: () => client.invalidateQueries({ queryKey }) });
}

export function useAddPasskey() {
  return useChange(passkeysOptions.queryKey, addPasskey);
}

export function useRenamePasskey() {
  return useChange(passkeysOptions.queryKey, ({ id, name }: { id: string; name: string }) =>
    send(`me/passkeys/${encodeURIComponent(id)}`, jsonBody('PATCH', { name })),
  );
}

export function useRemovePasskey() {
  return useChange(passkeysOptions.queryKey, (id: string) =>
    send(`me/passkeys/${encodeURIComponent(id)}`, { method: 'DELETE' }),
  );
}

/** Begins to connect a provider: the browser leaves for its page. */
export function useConnect() {
  return useMutation({
    mutationFn: (provider: string) => postJson<{ url: string }>('me/identities', { provider }),
    onSuccess: ({ url }) => location.assign(url),
  });
}

export function useDisconnect() {
  return useChange(identitiesOptions.queryKey, (id: string) =>
    send(`me/identities/${encodeURIComponent(id)}`, { method: 'DELETE' }),
  );
}
