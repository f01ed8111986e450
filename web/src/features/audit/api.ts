import { infiniteQueryOptions } from '@tanstack/react-query';
import { getJson } from '@/lib/api';
import { type AuditFilter, type AuditPage, auditPath } from '@/lib/audit';

/** The log, newest first, as far as it is asked for. */
export function auditOptions(filter: AuditFilter) {
  return infiniteQueryOptions({
    queryKey: ['audit', filter],
    queryFn: ({ pageParam, signal }) => getJson<AuditPage>(auditPath(filter, pageParam), signal),
    initialPageParam: 0,
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
}
