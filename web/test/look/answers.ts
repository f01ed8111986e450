/** What the platform answers on most pages. */
import { me, problem } from '../fixtures';
import { unrelated } from '../market';
import { usage } from '../oneServer';
import type { Answers } from './app';

export const signedIn: Answers = {
  'GET auth/me': { json: me },
  'GET servers/srv_01/template': { json: unrelated },
  'GET servers/srv_01/calls': { json: { calls: [], nextCursor: null } },
  'GET usage': { json: usage() },
};
export const signedOut: Answers = { 'GET auth/me': { status: 401, json: problem(401, 'unauthenticated', 'Sign in.') } };
