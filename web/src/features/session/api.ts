import { queryOptions, useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { ApiError, getJson, jsonBody, postJson, send } from '@/lib/api';
import type { Me, SignedIn, SignInOutcome } from '@/lib/contract';
import { answerWithPasskey } from '@/lib/passkeys';
import { leaveSession, readAnew, type Session, sessionKey } from '@/lib/queryClient';

async function fetchSession(signal: AbortSignal, ended: boolean): Promise<Session> {
  try {
    return { me: await getJson<Me>('auth/me', signal), ended: false };
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return { me: null, ended };
    throw error;
  }
}

/** Asked again whenever the tab is looked at: a sign-in link opens in another one. */
export const sessionOptions = queryOptions({
  queryKey: sessionKey,
  queryFn: async ({ signal, client }) => {
    const before = client.getQueryData<Session>(sessionKey);
    const session = await fetchSession(signal, before?.ended === true || Boolean(before?.me));
    // Another tab may have gone to another organisation.
    if (before?.me && session.me && before.me.org.id !== session.me.org.id) void readAnew(client);
    return session;
  },
  refetchOnWindowFocus: 'always',
});

export function useRequestLink() {
  return useMutation({
    mutationFn: (asked: { email: string; next?: string }) => send('auth/magic-link', jsonBody('POST', asked)),
    meta: { anonymous: true },
  });
}

export function useConsumeLink() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (token: string) => postJson<SignedIn>('auth/magic-link/consume', { token }),
    meta: { anonymous: true },
    onSuccess: () => client.resetQueries({ queryKey: sessionKey }),
  });
}

/** Begins to sign in at a provider: the browser leaves for its page. */
export function useStartAt() {
  return useMutation({
    mutationFn: ({ provider, next }: { provider: string; next?: string | undefined }) =>
      postJson<{ url: string }>(`auth/providers/${encodeURIComponent(provider)}/start`, next ? { next } : {}),
    meta: { anonymous: true },
    onSuccess: ({ url }) => location.assign(url),
  });
}

/** Ends it, with what the provider had the browser bring. */
export function useArrive(provider: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (brought: Record<string, string>) =>
      postJson<SignInOutcome>(`auth/providers/${encodeURIComponent(provider)}/callback`, brought),
    meta: { anonymous: true },
    onSuccess: ({ outcome }) => {
      if (outcome === 'signedIn') return client.resetQueries({ queryKey: sessionKey });
    },
  });
}

/** Agrees, by a mailed link, that who signed in at a provider is the owner of the account. */
export function useAgree() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (token: string) => postJson<SignedIn>('auth/identities/agree', { token }),
    meta: { anonymous: true },
    onSuccess: () => client.resetQueries({ queryKey: sessionKey }),
  });
}

export function usePasskeySignIn() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => answerWithPasskey<SignedIn>(),
    meta: { anonymous: true },
    onSuccess: () => client.resetQueries({ queryKey: sessionKey }),
  });
}

/** Joins an organisation, in which this browser acts from then on: nothing that was read before holds. */
export function useAcceptInvite() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (token: string) => postJson<Me>('invites/accept', { token }),
    onSuccess: (me) => {
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionKey[0] });
      client.setQueryData<Session>(sessionKey, { me, ended: false });
    },
  });
}

export function useSignOut() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => send('auth/logout', { method: 'POST' }),
    onSuccess: () => {
      sessionStorage.clear();
      leaveSession(client, false);
    },
  });
}

/** Who is signed in, on pages that stand behind the sign-in. */
export function useMe(): Me {
  const { data } = useSuspenseQuery({ ...sessionOptions, select: ({ me }) => me });
  if (!data) throw new Error('this page is shown to signed-in people only');
  return data;
}
