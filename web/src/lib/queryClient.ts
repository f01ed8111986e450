import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiError, Unreachable } from './api';
import type { Me } from './contract';
import { forget } from './kept';

/** Who is signed in; `ended` tells «was signed in until just now» from «never was». */
export interface Session {
  me: Me | null;
  ended: boolean;
}

export const sessionKey = ['session'];

declare module '@tanstack/react-query' {
  interface Register {
    /** `anonymous`: works without a session, so that a 401 says nothing about one. */
    mutationMeta: { anonymous?: boolean };
  }
}

export function newQueryClient(): QueryClient {
  function endSession(error: Error) {
    const session = client.getQueryData<Session>(sessionKey);
    if (error instanceof ApiError && error.status === 401 && session?.me) {
      leaveSession(client, true);
    }
  }
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError: endSession }),
    mutationCache: new MutationCache({
      onError: (error, _variables, _result, mutation) => {
        if (!mutation.meta?.anonymous) endSession(error);
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        // Being offline is shown, not waited out in silence.
        networkMode: 'always',
        retry: (failures, error) => failures < 2 && (error instanceof Unreachable || isPassing(error)),
        retryDelay: (attempt) => 400 * 2 ** attempt,
      },
      mutations: { networkMode: 'always' },
    },
  });
  return client;
}

/** Forgets everything that belonged to the session; what is half typed only where it was ended on purpose. */
export function leaveSession(client: QueryClient, ended: boolean) {
  if (!ended) forget();
  client.setQueryData<Session>(sessionKey, { me: null, ended });
  client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionKey[0] });
}

/** Acts in another organisation from now on. */
export async function enterOrg(client: QueryClient, me: Me): Promise<void> {
  client.setQueryData<Session>(sessionKey, { me, ended: false });
  await readAnew(client);
}

/** Has everything be read again: what was read before is of another organisation. */
export function readAnew(client: QueryClient): Promise<void> {
  return client.resetQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionKey[0] });
}

function isPassing(error: Error): boolean {
  return error instanceof ApiError && [502, 503, 504].includes(error.status);
}
