/** The organisation’s pages: who belongs to it, keys, use, what was done, what waits. */
import type { Page } from 'playwright-core';
import { me, problem, ways } from '../fixtures';
import {
  as,
  asking,
  entries,
  everyonesKeys,
  invites,
  keys,
  members,
  newKey,
  noUse,
  orgs,
  plans,
  reviews,
  standing,
  subscribed,
  usage,
} from '../organisation';
import type { Answers } from './app';
import type { Scene } from './scenes';

const owner: Answers = {
  'GET auth/me': { json: me },
  'GET members': { json: { members } },
  'GET invites': { json: { invites } },
  'GET me/orgs': { json: { orgs } },
};
const developer: Answers = { ...owner, 'GET auth/me': { json: as('developer') } };
const down = {
  status: 500,
  json: problem(500, 'internal', 'Something failed on our side. Quote the request to the operator.'),
};

async function menu(page: Page) {
  await page.getByRole('button', { name: /^Account of/ }).click();
  await page.getByRole('button', { name: /Acme, Inc\./ }).waitFor();
}

const late = {
  ...subscribed,
  subscription: {
    ...subscribed.subscription,
    status: 'past_due',
    pastDueSince: '2026-11-19T10:00:00Z',
    graceEndsAt: '2026-11-26T10:00:00Z',
  },
};

export const organisationScenes: Scene[] = [
  { name: 'menu', path: '/keys', answers: { ...owner, 'GET api-keys': { json: { apiKeys: keys } } }, act: menu },
  {
    name: 'organisation',
    path: '/organisation',
    answers: owner,
    act: async (page) => {
      await page.getByRole('button', { name: 'Change role of Grace <b>Hopper</b>' }).click();
      await page.getByRole('button', { name: 'Remove Rita' }).click();
    },
  },
  { name: 'organisation-developer', path: '/organisation', answers: developer },
  {
    name: 'organisation-refused',
    path: '/organisation',
    answers: {
      ...owner,
      'GET members': down,
      'POST invites': {
        status: 409,
        json: problem(409, 'already_member', 'bob@example.com is a member already: change their role instead'),
      },
    },
    act: async (page) => {
      await page.getByLabel('Mail address to invite').fill('bob@example.com');
      await page.getByRole('button', { name: 'Send invitation' }).click();
      await page.getByText('change their role instead').waitFor();
    },
  },
  {
    name: 'organisation-delete',
    path: '/organisation',
    answers: owner,
    act: (page) => page.getByRole('button', { name: 'Delete the organisation' }).click(),
  },
  {
    name: 'organisation-new',
    path: '/account',
    answers: {
      ...owner,
      'POST orgs': {
        status: 409,
        json: problem(
          409,
          'slug_taken',
          'the slug "acme-inc" is taken, or belonged to an organisation that is gone: choose another',
        ),
      },
    },
    act: async (page) => {
      await menu(page);
      await page.getByRole('link', { name: 'New organisation' }).click();
      await page.getByRole('heading', { name: 'New organisation' }).waitFor();
      await page.getByLabel('Name').fill('Acme, Inc.');
      await page.getByLabel('Name').press('Enter');
      await page.getByText('belonged to an organisation').waitFor();
    },
  },
  {
    name: 'keys',
    path: '/keys?of=everyone',
    answers: {
      ...owner,
      'GET auth/me': { json: { ...me, platformAdmin: true } },
      'GET api-keys': { json: { apiKeys: everyonesKeys } },
      'GET reviews': { json: { reviews } },
    },
    act: (page) => page.getByRole('button', { name: 'Delete CI of grace@example.com' }).click(),
  },
  { name: 'keys-empty', path: '/keys', answers: { ...developer, 'GET api-keys': { json: { apiKeys: [] } } } },
  {
    name: 'key-shown',
    path: '/keys',
    answers: {
      ...developer,
      'GET api-keys': { json: { apiKeys: keys } },
      'POST api-keys': { status: 201, json: newKey },
    },
    act: async (page) => {
      await page.getByLabel('Name').fill('importer');
      await page.getByRole('button', { name: 'Make key' }).click();
      await page.getByText('it is shown this once').waitFor();
    },
  },
  {
    name: 'usage',
    path: '/usage',
    answers: {
      ...owner,
      'GET usage': { json: usage() },
      'GET billing': { json: standing() },
      'GET billing/plans': { json: { plans } },
    },
    act: (page) => page.getByText('The same as a table').click(),
  },
  { name: 'usage-none', path: '/usage', answers: { ...owner, 'GET usage': { json: noUse } } },
  {
    name: 'usage-overdue',
    path: '/usage?server=srv_01',
    answers: { ...owner, 'GET usage': { json: usage({ plan: 'pro' }) }, 'GET billing': { json: late } },
  },
  { name: 'usage-down', path: '/usage', answers: { ...owner, 'GET usage': down } },
  {
    name: 'audit',
    path: '/audit?since=2026-11-01',
    answers: { ...owner, 'GET audit': { json: { entries, nextCursor: 38 } } },
    act: (page) => page.getByText('Entry 40 as it is kept').click(),
  },
  {
    name: 'audit-none',
    path: '/audit?action=org.renamed&actor=usr_09',
    answers: { ...owner, 'GET audit': { json: { entries: [], nextCursor: null } } },
  },
  { name: 'audit-forbidden', path: '/audit', answers: developer },
  {
    name: 'reviews',
    path: '/reviews',
    answers: {
      ...owner,
      'GET reviews': { json: { reviews } },
      'GET servers/srv_01/versions/3/diff': { json: asking },
      'GET servers/srv_02/versions/7/diff': down,
    },
    act: (page) => page.getByRole('alert').waitFor(),
  },
  { name: 'reviews-empty', path: '/reviews', answers: { ...owner, 'GET reviews': { json: { reviews: [] } } } },
  { name: 'reviews-loading', path: '/reviews', answers: { ...owner, 'GET reviews': 'hang' } },
  {
    name: 'invite',
    path: '/invite?token=abc',
    answers: {
      'GET auth/me': { status: 401, json: problem(401, 'unauthenticated', 'Sign in.') },
      'GET auth/providers': { json: ways },
    },
    act: (page) => page.getByRole('button', { name: 'Continue with GitHub' }).waitFor(),
  },
];
