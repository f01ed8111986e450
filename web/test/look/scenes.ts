import type { Page } from 'playwright-core';
import {
  demoSpec,
  detail,
  failedBuild,
  identities,
  liveBuild,
  passkeys,
  preview,
  problem,
  server,
  spec,
  ways,
} from '../fixtures';
import { accessScenes } from './access';
import { signedIn, signedOut } from './answers';
import type { Answers } from './app';
import { beginScenes } from './begin';
import { build, building, describe, drafted, wideSpec } from './drafting';
import { marketScenes } from './market';
import { organisationScenes } from './organisation';
import { platformScenes } from './platform';
import { publicScenes } from './public';
import { serverScenes } from './serverScenes';

export interface Scene {
  name: string;
  path: string;
  answers: Answers;
  build?: unknown[];
  /** What a person does before looking. */
  act?: (page: Page) => Promise<unknown>;
}

export const scenes: Scene[] = [
  { name: 'sign-in', path: '/servers', answers: signedOut },
  {
    name: 'link-sent',
    path: '/servers',
    answers: { ...signedOut, 'POST auth/magic-link': { status: 202 } },
    act: async (page) => {
      await page.getByLabel('Mail address').fill('ada@example.com');
      await page.getByRole('button', { name: 'Send sign-in link' }).click();
      await page.getByText('Link sent').waitFor();
    },
  },
  { name: 'use-link', path: '/sign-in?token=abc', answers: signedOut },
  {
    name: 'link-used',
    path: '/sign-in?token=abc',
    answers: {
      ...signedOut,
      'POST auth/magic-link/consume': {
        status: 410,
        json: problem(410, 'link_used', 'This sign-in link was used before: ask for a new one.'),
      },
    },
    act: async (page) => {
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('alert').waitFor();
    },
  },
  { name: 'describe', path: '/', answers: signedIn },
  {
    name: 'drafting',
    path: '/',
    answers: { ...signedIn, 'POST servers/preview/stream': 'hang' },
    act: async (page) => {
      await page.getByRole('button', { name: 'GitHub issues' }).click();
      await page.getByRole('button', { name: 'Draft tools' }).click();
      await page.getByRole('button', { name: 'Cancel' }).waitFor();
    },
  },
  { name: 'review', path: '/', answers: drafted(preview()), act: describe },
  { name: 'review-demo', path: '/', answers: drafted(preview(demoSpec, true)), act: describe },
  {
    name: 'review-wide-open',
    path: '/',
    answers: drafted(preview(wideSpec)),
    act: async (page) => {
      await describe(page);
      await page
        .getByText(/^Code: /)
        .first()
        .click();
      await page.getByLabel('Tool name').first().fill('not a name');
      await page.getByRole('button', { name: 'Build server' }).click();
    },
  },
  {
    name: 'slug-taken',
    path: '/',
    answers: {
      ...drafted(preview()),
      'POST servers': {
        status: 409,
        json: problem(409, 'slug_taken', 'server slug "notion-notes" is taken: choose another'),
      },
    },
    act: async (page) => {
      await describe(page);
      await page.getByRole('button', { name: 'Build server' }).click();
      await page.getByText('is taken: choose another').waitFor();
    },
  },
  { name: 'building', path: '/', answers: building, build: liveBuild.slice(0, 3), act: build },
  {
    name: 'build-live',
    path: '/',
    answers: building,
    build: liveBuild,
    act: async (page) => {
      await build(page);
      await page.getByRole('heading', { name: 'Connect a client' }).waitFor();
      await page.getByRole('tab', { name: 'Cursor' }).click();
    },
  },
  {
    name: 'build-failed',
    path: '/',
    answers: building,
    build: failedBuild,
    act: async (page) => {
      await build(page);
      await page.getByRole('alert').waitFor();
    },
  },
  {
    name: 'servers',
    path: '/servers',
    answers: {
      ...signedIn,
      'GET servers': {
        json: {
          servers: [
            server(),
            server(demoSpec, {
              id: 'srv_02',
              name: 'Echo',
              slug: 'echo',
              status: 'building',
              mcpUrl: 'http://127.0.0.1:8787/mcp/ada/echo',
              createdAt: '2026-11-21T11:59:40Z',
            }),
            server(wideSpec, {
              id: 'srv_03',
              name: 'Everything at once',
              status: 'failed',
              createdAt: '2026-11-02T10:00:00Z',
            }),
            server(spec, {
              id: 'srv_04',
              name: 'Team notes',
              status: 'needs_approval',
              createdAt: '2026-11-19T10:00:00Z',
            }),
          ],
        },
      },
    },
  },
  { name: 'servers-empty', path: '/servers', answers: { ...signedIn, 'GET servers': { json: { servers: [] } } } },
  {
    name: 'servers-down',
    path: '/servers',
    answers: {
      ...signedIn,
      'GET servers': {
        status: 500,
        json: problem(500, 'internal', 'Something failed on our side. Quote the request to the operator.'),
      },
    },
  },
  { name: 'servers-loading', path: '/servers', answers: { ...signedIn, 'GET servers': 'hang' } },
  { name: 'server', path: '/servers/srv_01', answers: { ...signedIn, 'GET servers/srv_01': { json: detail() } } },
  {
    name: 'server-delete',
    path: '/servers/srv_01/settings',
    answers: { ...signedIn, 'GET servers/srv_01': { json: detail() } },
    act: (page) => page.getByRole('button', { name: 'Delete notion-notes' }).click(),
  },
  {
    name: 'server-failed',
    path: '/servers/srv_01',
    answers: {
      ...signedIn,
      'GET servers/srv_01': {
        json: detail({
          status: 'failed',
          activeVersion: null,
          imports: null,
          lastFailure: { code: 'compile_error', message: 'search_pages does not compile: see line 8.' },
        }),
      },
    },
  },
  { name: 'sign-in-for-client', path: '/sign-in?next=%2Foauth%2Fauthorize%3Fa%3Db', answers: signedOut },
  { name: 'signed-in-elsewhere', path: '/sign-in?next=%2Foauth%2Fauthorize%3Fa%3Db', answers: signedIn },
  { name: 'server-missing', path: '/servers/srv_09', answers: signedIn },
  {
    name: 'account',
    path: '/servers',
    answers: { ...signedIn, 'GET servers': { json: { servers: [] } }, 'GET me/orgs': { json: { orgs: [] } } },
    act: (page) => page.getByRole('button', { name: /^Account of/ }).click(),
  },
  {
    name: 'session-ended',
    path: '/',
    answers: {
      ...signedIn,
      'POST servers/preview/stream': { status: 401, json: problem(401, 'unauthenticated', 'Sign in.') },
    },
    act: async (page) => {
      await page.getByRole('button', { name: 'GitHub issues' }).click();
      await page.getByRole('button', { name: 'Draft tools' }).click();
      await page.getByText('Your session has ended').waitFor();
    },
  },
  { name: 'sign-in-ways', path: '/servers', answers: { ...signedOut, 'GET auth/providers': { json: ways } } },
  {
    name: 'sign-in-provider-down',
    path: '/sign-in?next=%2Foauth%2Fauthorize%3Fa%3Db',
    answers: {
      ...signedOut,
      'GET auth/providers': { json: ways },
      'POST auth/providers/github/start': {
        status: 503,
        json: problem(
          503,
          'provider_unavailable',
          'GitHub does not answer just now: try again, or have a link mailed.',
        ),
      },
    },
    act: async (page) => {
      await page.getByRole('button', { name: 'Continue with GitHub' }).click();
      await page.getByRole('alert').waitFor();
    },
  },
  {
    name: 'callback-refused',
    path: '/sign-in/callback/corp?state=a&code=b',
    answers: {
      ...signedOut,
      'GET auth/providers': { json: ways },
      'POST auth/providers/corp/callback': {
        status: 403,
        json: problem(
          403,
          'email_not_verified',
          'Example Corp does not say that your mail address there is really yours: verify it there.',
        ),
      },
    },
    act: (page) => page.getByRole('alert').waitFor(),
  },
  {
    name: 'callback-consent',
    path: '/sign-in/callback/corp?state=a&code=b',
    answers: {
      ...signedOut,
      'POST auth/providers/corp/callback': { json: { outcome: 'consentMailed', label: 'Example Corp' } },
    },
    act: (page) => page.getByRole('heading', { name: 'One more step' }).waitFor(),
  },
  { name: 'connect', path: '/sign-in/connect?token=abc', answers: signedOut },
  {
    name: 'account-page',
    path: '/account',
    answers: {
      ...signedIn,
      'GET auth/providers': { json: ways },
      'GET me/passkeys': { json: { passkeys } },
      'GET me/identities': { json: { identities } },
    },
    act: async (page) => {
      await page.getByRole('button', { name: 'Remove Mac' }).click();
      await page.getByRole('button', { name: 'Rename The grey key in the second drawer' }).click();
    },
  },
  {
    name: 'account-empty',
    path: '/account',
    answers: {
      ...signedIn,
      'GET auth/providers': { json: { providers: [], passkeys: false, plansForSale: false } },
      'GET me/passkeys': { json: { passkeys: [] } },
      'GET me/identities': { json: { identities: [] } },
    },
  },
  {
    name: 'checkout-done',
    path: '/?checkout=done',
    answers: { ...signedIn, 'GET billing': { json: { plan: 'pro', subscription: { gives: 'pro' } } } },
  },
  ...marketScenes,
  ...serverScenes,
  ...accessScenes,
  ...organisationScenes,
  ...beginScenes,
  ...platformScenes,
  ...publicScenes,
];
