import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { getJson, jsonBody, send } from '@/lib/api';
import type { TemplateDetail, TemplateStatus } from '@/lib/market';
import type {
  Action,
  AdminTemplatePage,
  CasePage,
  CaseState,
  DecidedCase,
  DecisionPage,
  Moderated,
} from '@/lib/moderation';

function pages<T extends { nextCursor: string | number | null }>(path: string, asked: Record<string, string>) {
  return infiniteQueryOptions({
    queryKey: ['admin', path, asked],
    queryFn: ({ pageParam, signal }) => {
      const search = new URLSearchParams(asked);
      if (pageParam !== '') search.set('cursor', pageParam);
      return getJson<T>(search.size > 0 ? `${path}?${search}` : path, signal);
    },
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => (nextCursor === null ? null : String(nextCursor)),
  });
}

export function casesOptions(state: CaseState) {
  return pages<CasePage>('admin/cases', { state });
}

export function adminTemplatesOptions(status: TemplateStatus) {
  return pages<AdminTemplatePage>('admin/templates', { status });
}

export const logOptions = pages<DecisionPage>('admin/audit', {});

/** A template as it stands: admins see it whatever its status. */
export function standingOptions(slug: string) {
  return queryOptions({
    queryKey: ['templates', slug],
    queryFn: ({ signal }) => getJson<TemplateDetail>(`templates/${encodeURIComponent(slug)}`, signal),
  });
}

async function patch<T>(path: string, body: unknown): Promise<T> {
  const response = await send(path, jsonBody('PATCH', body));
  return (await response.json()) as T;
}

/** What was listed before a decision no longer holds; also when it is refused, since another admin may have been first. */
function useRefreshed() {
  const client = useQueryClient();
  return () => {
    void client.invalidateQueries({ queryKey: ['admin'] });
    void client.invalidateQueries({ queryKey: ['templates'] });
  };
}

export function useModerate(slug: string) {
  return useMutation({
    mutationFn: (decision: { action: Action; reason: string; release?: number; updatedAt?: string }) =>
      patch<Moderated>(`admin/templates/${encodeURIComponent(slug)}`, decision),
    onSettled: useRefreshed(),
  });
}

export function useDecide(caseId: string) {
  return useMutation({
    mutationFn: (decision: { upheld: boolean; reason: string }) =>
      patch<DecidedCase>(`admin/cases/${encodeURIComponent(caseId)}`, decision),
    onSettled: useRefreshed(),
  });
}
