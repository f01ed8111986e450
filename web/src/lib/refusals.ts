import { ApiError } from './api';

/** What the host says, where it refused for one of these reasons: it belongs to a field then. */
export function refusedFor(error: Error | null, ...codes: string[]): string | null {
  return error instanceof ApiError && codes.includes(error.code) ? error.message : null;
}
