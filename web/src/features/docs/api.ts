import { queryOptions } from '@tanstack/react-query';
import { Told, Unreachable } from '@/lib/api';
import type { DocPage } from './pages';

/** A page's text; it stays what it is while this version runs. */
export function textOptions({ slug, url }: Pick<DocPage, 'slug' | 'url'>) {
  return queryOptions({
    queryKey: ['docs', slug],
    queryFn: ({ signal }) => fetchText(url, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

async function fetchText(url: string, signal: AbortSignal): Promise<string> {
  let response: Response;
  try {
    response = await fetch(url, { signal });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new Unreachable();
  }
  if (response.ok) return await response.text();
  throw new Told('page_replaced', 'A newer version of Cloche runs here than this page is of. Reload it.');
}
