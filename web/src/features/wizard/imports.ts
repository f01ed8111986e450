import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { getJson, postJson } from '@/lib/api';
import type { Preview } from '@/lib/contract';
import type { ChosenOperations, Imported, NewImport } from '@/lib/imports';

function importPath(importId: string): string {
  return `imports/${encodeURIComponent(importId)}`;
}

/** A document that was brought; it never changes while it is kept. */
export function importOptions(importId: string) {
  return queryOptions({
    queryKey: ['imports', importId],
    queryFn: ({ signal }) => getJson<Imported>(importPath(importId), signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function useImport() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (document: NewImport) => postJson<Imported>('imports', document),
    // The variables may hold megabytes.
    gcTime: 0,
    onSuccess: (imported) => client.setQueryData(importOptions(imported.importId).queryKey, imported),
  });
}

export function useDraftOfImport(importId: string) {
  return useMutation({
    mutationFn: (chosen: ChosenOperations) => postJson<Preview>(`${importPath(importId)}/preview`, chosen),
  });
}
