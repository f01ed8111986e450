import { queryOptions } from '@tanstack/react-query';
import { getJson } from './api';
import type { Member } from './organisation';

/** The organisation's members, in the order in which they joined. */
export const membersOptions = queryOptions({
  queryKey: ['members'],
  queryFn: async ({ signal }) => (await getJson<{ members: Member[] }>('members', signal)).members,
});
