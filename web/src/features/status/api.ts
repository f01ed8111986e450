import { queryOptions } from '@tanstack/react-query';
import { ApiError, getJson } from '@/lib/api';

export type State = 'ok' | 'degraded' | 'down';

export interface Part {
  name: string;
  state: State;
  /** How long its answer took; null where it was not asked. */
  tookMs: number | null;
  /** What the platform says of it. */
  detail: string | null;
}

export interface Status {
  status: State;
  checkedAt: string;
  parts: Part[];
}

/** Milliseconds from one look to the next. */
export const PAUSE = 15_000;

/** How the platform is, asked again while the page is looked at. */
export const statusOptions = queryOptions({
  queryKey: ['status'],
  queryFn: ({ signal }) => fetchStatus(signal),
  staleTime: 0,
  // The next look comes soon enough.
  retry: false,
  refetchInterval: PAUSE,
});

async function fetchStatus(signal: AbortSignal): Promise<Status> {
  try {
    return await getJson<Status>('status', signal);
  } catch (error) {
    // A platform that is down may say so with a status that is no success.
    if (error instanceof ApiError && isStatus(error.members)) return error.members;
    throw error;
  }
}

function isStatus(answer: unknown): answer is Status {
  return typeof answer === 'object' && answer !== null && 'parts' in answer && Array.isArray(answer.parts);
}
