/** What calls come to, in words. The host may know more outcomes: those are shown by their name. */

const words: Record<string, string> = {
  ok: 'OK',
  tool_error: 'Tool error',
  invalid_arguments: 'Wrong arguments',
  bad_result: 'Not what it promises',
  result_too_large: 'Result too large',
  fuel: 'Out of fuel',
  wall_clock: 'Took too long',
  memory: 'Out of memory',
  stack: 'Stack too deep',
  trap: 'Crashed',
  concurrency: 'Too many at once',
  waiting: 'Too many waiting',
  stopped: 'Stopped',
  cancelled: 'Cancelled',
};

export const outcomes: readonly (readonly [string, string])[] = Object.entries(words);

export function outcomeWords(outcome: string): string {
  return words[outcome] ?? outcome;
}

/** Who called: the playground and API keys are no OAuth clients. */
export function clientWords(client: string): string {
  if (client === 'try') return 'Tried here';
  return client === 'api_key' ? 'API key' : client;
}
