/** Templates as their owners and the platform's admins see them, and the documentation. */
import { appeal, decisions, report } from '../admin';
import { me, problem } from '../fixtures';
import { line, templateDetail } from '../market';
import type { Answers } from './app';
import type { Scene } from './scenes';

const signedIn: Answers = { 'GET auth/me': { json: me } };
const signedOut: Answers = { 'GET auth/me': { status: 401, json: problem(401, 'unauthenticated', 'Sign in.') } };

function docs(page: string): Scene {
  return {
    name: `docs-${page}`,
    path: `/docs/${page}`,
    answers: signedOut,
    act: (shown) => shown.locator('article p').first().waitFor(),
  };
}

export const platformScenes: Scene[] = [
  { name: 'templates-yours-signed-out', path: '/templates?tab=mine', answers: signedOut },
  {
    name: 'template-own-published',
    path: '/templates/notion-notes',
    answers: {
      ...signedIn,
      'GET templates/notion-notes': { json: templateDetail({ own: true, serverId: 'srv_01' }) },
    },
  },
  {
    name: 'template-appeal',
    path: '/templates/notion-notes',
    answers: {
      ...signedIn,
      'GET templates/notion-notes': {
        json: templateDetail({
          own: true,
          serverId: 'srv_01',
          status: 'taken_down',
          statusReason: 'It sends what it reads to a host of its publisher’s.',
        }),
      },
      'POST templates/notion-notes/appeal': {
        status: 429,
        json: problem(429, 'rate_limited', 'you have reported or appealed 20 times in a day: try again later'),
      },
    },
    act: async (page) => {
      await page.getByLabel('Why it should not be taken down').fill('That host is ours: it is where our pages are.');
      await page.getByRole('button', { name: 'Appeal' }).click();
      await page.getByRole('alert').waitFor();
    },
  },
  {
    name: 'admin-cases',
    path: '/admin',
    answers: {
      ...signedIn,
      'GET admin/cases': { json: { cases: [report(), appeal], nextCursor: 'cas_02' } },
      'GET templates/notion-notes': { json: templateDetail({ verified: true }) },
    },
    act: async (page) => {
      await page.getByText('Decide about the template').first().click();
      await page.getByRole('radio', { name: 'Take down' }).check();
    },
  },
  {
    name: 'admin-asked',
    path: '/admin',
    answers: {
      ...signedIn,
      'GET admin/cases': { json: { cases: [report()], nextCursor: null } },
      'GET templates/notion-notes': { json: templateDetail({ verified: true }) },
      'PATCH admin/templates/notion-notes': {
        status: 202,
        json: { slug: 'notion-notes', status: 'published', verified: true, awaitsSecondAdmin: true, stopped: 0 },
      },
    },
    act: async (page) => {
      await page.getByText('Decide about the template').click();
      await page.getByRole('radio', { name: 'Take down' }).check();
      await page.getByLabel('Reason').last().fill('It sends what it reads elsewhere.');
      await page.getByRole('button', { name: 'Take down Notion notes' }).click();
      await page.getByText('Asked for.').waitFor();
    },
  },
  {
    name: 'admin-cases-decided',
    path: '/admin?state=dismissed',
    answers: {
      ...signedIn,
      'GET admin/cases': {
        json: {
          cases: [
            report({
              state: 'dismissed',
              decision: 'It does what it says.',
              decidedBy: 'usr_09',
              decidedAt: '2026-11-21T11:00:00Z',
            }),
          ],
          nextCursor: null,
        },
      },
    },
  },
  {
    name: 'admin-empty',
    path: '/admin',
    answers: { ...signedIn, 'GET admin/cases': { json: { cases: [], nextCursor: null } } },
  },
  {
    name: 'admin-forbidden',
    path: '/admin',
    answers: {
      ...signedIn,
      'GET admin/cases': {
        status: 403,
        json: problem(403, 'not_an_admin', 'only admins of this platform may do this'),
      },
    },
  },
  {
    name: 'admin-templates',
    path: '/admin?view=templates&status=hidden',
    answers: {
      ...signedIn,
      'GET admin/templates': {
        json: {
          templates: [
            line({ status: 'hidden', resembles: 'notion' }),
            line({ id: 'tpl_02', slug: 'team-wiki', title: 'Team wiki', status: 'hidden', publisher: null }),
          ],
          nextCursor: null,
        },
      },
      'GET templates/notion-notes': {
        json: templateDetail({ status: 'hidden', statusReason: 'It is not what it says.' }),
      },
    },
    act: async (page) => {
      await page.getByText('Decide about the template').first().click();
      await page.getByRole('radio', { name: 'Restore' }).check();
    },
  },
  {
    name: 'admin-log',
    path: '/admin?view=log',
    answers: { ...signedIn, 'GET admin/audit': { json: { entries: decisions, nextCursor: 6 } } },
    act: (page) => page.getByText('What was changed').first().click(),
  },
  { name: 'admin-loading', path: '/admin', answers: { ...signedIn, 'GET admin/cases': 'hang' } },
  ...['quickstart', 'concepts', 'tools', 'security', 'oauth', 'self-hosting', 'faq'].map(docs),
  { name: 'docs-missing', path: '/docs/nonsense', answers: signedOut },
];
