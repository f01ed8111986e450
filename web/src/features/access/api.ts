import { infiniteQueryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { getJson, send } from '@/lib/api';
import type { ClientPage } from '@/lib/clients';

/** Who holds tokens: of one server, or of all. The API shows others’ to who looks after members alone. */
export function clientsOptions(server?: string) {
  return infiniteQueryOptions({
    queryKey: ['clients', { server }],
    queryFn: ({ pageParam, signal }) => {
      const query = new URLSearchParams();
      if (server) query.set('server', server);
      if (pageParam) query.set('cursor', pageParam);
      return getJson<ClientPage>(query.size === 0 ? 'clients' : `clients?${query}`, signal);
    },
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
    // Clients come and go without this page.
    staleTime: 0,
  });
}

export function useRevoke() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => send(`clients/${encodeURIComponent(id)}`, { method: 'DELETE' }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['clients'] }),
  });
}
