import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { getJson, jsonBody, postJson, send } from '@/lib/api';
import type { Me, Role } from '@/lib/contract';
import { membersOptions } from '@/lib/members';
import type { Belonging, Invite, Org } from '@/lib/organisation';
import { enterOrg, sessionKey } from '@/lib/queryClient';

/** All organisations that one belongs to, in the order in which one joined. */
export const orgsOptions = queryOptions({
  queryKey: ['orgs'],
  queryFn: async ({ signal }) => (await getJson<{ orgs: Belonging[] }>('me/orgs', signal)).orgs,
});

export const invitesOptions = queryOptions({
  queryKey: ['invites'],
  queryFn: async ({ signal }) => (await getJson<{ invites: Invite[] }>('invites', signal)).invites,
});

function useChange<Variables, Result>(
  queryKeys: readonly (readonly string[])[],
  mutationFn: (variables: Variables) => Promise<Result>,
) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSuccess: () => Promise.all(queryKeys.map((queryKey) => client.invalidateQueries({ queryKey }))),
  });
}

/** Has this browser act in another organisation. `onEntered` leaves pages that are of the one before. */
export function useSwitch(onEntered: () => Promise<void>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (org: string) => {
      const response = await send('me/org', jsonBody('PUT', { org }));
      return (await response.json()) as Me;
    },
    onSuccess: async (me) => {
      await onEntered();
      await enterOrg(client, me);
    },
  });
}

/** Makes an organisation; this browser goes on where it was. */
export function useCreateOrg() {
  return useChange([orgsOptions.queryKey], (made: { name: string; slug?: string }) => postJson<Org>('orgs', made));
}

export function useRenameOrg() {
  return useChange([sessionKey, orgsOptions.queryKey], (name: string) => send('me/org', jsonBody('PATCH', { name })));
}

/** After the end of a membership the browser acts in another organisation: the host says in which. */
function useGone<Variables>(onGone: () => Promise<void>, mutationFn: (variables: Variables) => Promise<unknown>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSuccess: async () => {
      const me = await getJson<Me>('auth/me');
      await onGone();
      await enterOrg(client, me);
    },
  });
}

export function useDeleteOrg(onGone: () => Promise<void>) {
  return useGone(onGone, (name: string) => send('me/org', { ...jsonBody('POST', { name }), method: 'DELETE' }));
}

export function useLeave(onGone: () => Promise<void>) {
  return useGone(onGone, (id: string) => send(memberPath(id), { method: 'DELETE' }));
}

function memberPath(id: string): string {
  return `members/${encodeURIComponent(id)}`;
}

/** Gives a member another role. Invitations that they may send no longer end; it may be one's own. */
export function useSetRole() {
  const keys = [membersOptions.queryKey, invitesOptions.queryKey, sessionKey];
  return useChange(keys, ({ id, role }: { id: string; role: Role }) =>
    send(memberPath(id), jsonBody('PATCH', { role })),
  );
}

export function useRemoveMember() {
  return useChange([membersOptions.queryKey, invitesOptions.queryKey], (id: string) =>
    send(memberPath(id), { method: 'DELETE' }),
  );
}

function invitePath(id: string): string {
  return `invites/${encodeURIComponent(id)}`;
}

export function useInvite() {
  return useChange([invitesOptions.queryKey], (invited: { email: string; role: Role }) =>
    postJson<Invite>('invites', invited),
  );
}

export function useResend() {
  return useChange([invitesOptions.queryKey], (id: string) => send(`${invitePath(id)}/resend`, { method: 'POST' }));
}

export function useWithdraw() {
  return useChange([invitesOptions.queryKey], (id: string) => send(invitePath(id), { method: 'DELETE' }));
}
