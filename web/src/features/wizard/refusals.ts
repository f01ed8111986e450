import { ApiError } from '@/lib/api';

/** What the host has against a spec, by the field of the review that it is about; others stand with the error itself. */
export function refusals(error: Error | null): Map<string, string> {
  const said = new Map<string, string>();
  if (!(error instanceof ApiError)) return said;
  for (const { pointer, message } of error.problems) {
    const [, first = '', index, field] = pointer.split('/');
    const place = first === 'tools' && field ? `tools/${index}/${field}` : first;
    if (!said.has(place)) said.set(place, message);
  }
  return said;
}
