import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { getJson } from '@/lib/api';
import type { Usage } from '@/lib/usage';

/** What the organisation uses; its days those of one server alone, where one is named. */
export function usageOptions(server: string | undefined) {
  return queryOptions({
    queryKey: ['usage', { server }],
    queryFn: ({ signal }) => getJson<Usage>(server ? `usage?server=${encodeURIComponent(server)}` : 'usage', signal),
    placeholderData: keepPreviousData,
  });
}
