import { queryOptions, useMutation } from '@tanstack/react-query';
import { ApiError, getJson, postJson, send } from '@/lib/api';
import type { Billing } from '@/lib/contract';
import type { Interval, OfferedPlan, Standing } from '@/lib/plans';

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

/** What the organisation pays for; null on a platform that bills nobody. */
export const standingOptions = queryOptions({
  queryKey: ['billing', 'standing'],
  queryFn: ({ signal }) => whereBilled(getJson<Standing>('billing', signal)),
});

/** The plans that are sold; null on a platform that bills nobody. */
export const offersOptions = queryOptions({
  queryKey: ['billing', 'plans'],
  queryFn: async ({ signal }) =>
    (await whereBilled(getJson<{ plans: OfferedPlan[] }>('billing/plans', signal)))?.plans ?? null,
  staleTime: 600_000,
});

/** A platform that bills nobody has nothing there. */
async function whereBilled<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

/** Begins to pay for a plan: the browser leaves for the page where that is done. */
export function useCheckout() {
  return useMutation({
    mutationFn: (wanted: { plan: string; interval: Interval }) => postJson<{ url: string }>('billing/checkout', wanted),
    onSuccess: ({ url }) => location.assign(url),
  });
}

/** Leaves for the page where what is paid for is changed or cancelled, and invoices are. */
export function usePortal() {
  return useMutation({
    mutationFn: async () => (await (await send('billing/portal', { method: 'POST' })).json()) as { url: string },
    onSuccess: ({ url }) => location.assign(url),
  });
}
