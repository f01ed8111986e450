import { queryOptions } from '@tanstack/react-query';
import { ApiError, getJson } from '@/lib/api';
import type { Billing } from '@/lib/contract';

/** Milliseconds between one question and the next: half a minute in all. */
const PAUSES = [1_000, 2_000, 3_000, 5_000, 8_000, 11_000];

/** What is paid for, asked until there is something or it has taken too long. */
export const paidOptions = queryOptions({
  queryKey: ['billing', 'paid'],
  queryFn: ({ signal }) => getJson<Billing>('billing', signal),
  retry: false,
  refetchInterval: ({ state: { data, error, dataUpdateCount, errorUpdateCount } }) => {
    if (data?.subscription?.gives) return false;
    if (error instanceof ApiError && error.status < 500) return false;
    return PAUSES[dataUpdateCount + errorUpdateCount - 1] ?? false;
  },
});
