import { queryOptions } from '@tanstack/react-query';
import { getJson } from './api';
import type { Ways } from './contract';

/** The ways to sign in besides a mailed link, and whether plans are sold; they stay what they are while the host runs. */
export const waysOptions = queryOptions({
  queryKey: ['ways'],
  queryFn: ({ signal }) => getJson<Ways>('auth/providers', signal),
  staleTime: Number.POSITIVE_INFINITY,
});
