/** What everyone may read. */
import { apiDocument, largeDocument } from '../apiDocument';
import { me, problem, ways } from '../fixtures';
import { plans } from '../organisation';
import { status } from '../status';
import type { Answers } from './app';
import type { Scene } from './scenes';

const signedIn: Answers = { 'GET auth/me': { json: me } };
const signedOut: Answers = { 'GET auth/me': { status: 401, json: problem(401, 'unauthenticated', 'Sign in.') } };
const sells: Answers = { 'GET billing/plans': { json: { plans } }, 'GET auth/providers': { json: ways } };
const described: Answers = { ...signedOut, 'GET openapi.json': { json: largeDocument() } };

const troubled = status({
  database: { state: 'degraded', tookMs: 1840, detail: 'answers, but slower than 1 s' },
  builds: { tookMs: null },
  model: { state: 'down', tookMs: 5000, detail: 'no provider answered within 5 s' },
});

export const publicScenes: Scene[] = [
  { name: 'landing', path: '/', answers: { ...signedOut, ...sells } },
  { name: 'landing-self-hosted', path: '/', answers: signedOut },
  { name: 'pricing', path: '/pricing', answers: { ...signedOut, ...sells } },
  {
    name: 'pricing-member',
    path: '/pricing',
    answers: { ...sells, 'GET auth/me': { json: { ...me, org: { ...me.org, plan: 'pro' } } } },
    act: (page) => page.getByRole('button', { name: 'By the year' }).click(),
  },
  { name: 'pricing-self-hosted', path: '/pricing', answers: signedOut },
  { name: 'security', path: '/security', answers: signedOut },
  { name: 'status', path: '/status', answers: { ...signedIn, 'GET status': { json: status() } } },
  {
    name: 'status-troubled',
    path: '/status',
    answers: { ...signedOut, 'GET status': { json: { ...troubled, status: 'degraded' } } },
  },
  {
    name: 'status-away',
    path: '/status',
    answers: { 'GET auth/me': 'away', 'GET status': 'away' },
    act: (page) => page.getByText('The platform cannot be reached').waitFor(),
  },
  {
    name: 'changelog',
    path: '/changelog',
    answers: signedOut,
    act: (page) => page.getByRole('heading', { name: 'Unreleased' }).waitFor(),
  },
  { name: 'reference', path: '/docs/api', answers: described },
  {
    name: 'reference-operation',
    path: '/docs/api#postServers',
    answers: { ...signedOut, 'GET openapi.json': { json: apiDocument } },
    act: async (page) => {
      const body = page.getByRole('region', { name: 'Body' });
      await body.getByText('Fields of spec').click();
      await body.getByText('Kinds of trigger').click();
      await body.getByText('Fields of person').click();
    },
  },
  {
    name: 'reference-search',
    path: '/docs/api',
    answers: described,
    act: async (page) => {
      await page.getByLabel('Search operations').fill('oauth token');
      await page.getByText('1 operation', { exact: true }).waitFor();
      await page.getByRole('button', { name: /POST/ }).click();
    },
  },
  {
    name: 'reference-nothing-found',
    path: '/docs/api',
    answers: described,
    act: async (page) => {
      await page.getByLabel('Search operations').fill('telescope');
      await page.getByText('No operation has all of these words.').waitFor();
    },
  },
  { name: 'page-missing', path: '/nonsense', answers: signedOut },
];
