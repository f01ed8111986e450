import { queryOptions } from '@tanstack/react-query';
import { getJson } from '@/lib/api';
import type { ApiDocument } from './document';

/** What the API says of itself; it stays what it is while the host runs. */
export const documentOptions = queryOptions({
  queryKey: ['openapi'],
  queryFn: ({ signal }) => getJson<ApiDocument>('openapi.json', signal),
  staleTime: Number.POSITIVE_INFINITY,
});
