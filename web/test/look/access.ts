/** Who holds tokens: of one server, and of all. */
import { clients, connected } from '../clients';
import { detail, me, problem } from '../fixtures';
import { as } from '../organisation';
import type { Answers } from './app';
import type { Scene } from './scenes';

const answers: Answers = {
  'GET auth/me': { json: me },
  'GET servers/srv_01': { json: detail({ activeVersion: 2, secrets: [{ key: 'NOTION_TOKEN', set: true }] }) },
  'GET clients': { json: { clients, nextCursor: 'gra_04' } },
  'DELETE clients/gra_01': { status: 500, json: problem(500, 'internal', 'Something failed on our side.') },
};
const none: Answers = { ...answers, 'GET clients': { json: { clients: [], nextCursor: null } } };

export const accessScenes: Scene[] = [
  {
    name: 'access',
    path: '/servers/srv_01/access',
    answers: {
      ...answers,
      'GET clients': { json: { clients: [connected(), ...clients.slice(1).map(here)], nextCursor: null } },
    },
    act: async (page) => {
      await page.getByRole('button', { name: 'Revoke Claude at Notion notes', exact: true }).click();
      await page.getByText('loses access').waitFor();
    },
  },
  {
    name: 'access-empty',
    path: '/servers/srv_01/access',
    answers: { ...none, 'GET auth/me': { json: as('developer') } },
    act: (page) => page.getByText('No client is connected').waitFor(),
  },
  {
    name: 'clients',
    path: '/clients',
    answers,
    act: async (page) => {
      await page.getByRole('button', { name: 'Revoke Claude at Notion notes', exact: true }).click();
      await page.getByRole('button', { name: 'Revoke Claude at Notion notes now' }).click();
      await page.getByRole('alert').waitFor();
    },
  },
  {
    name: 'clients-empty',
    path: '/clients',
    answers: none,
    act: (page) => page.getByText('No client is connected').waitFor(),
  },
];

function here(one: (typeof clients)[number]) {
  return { ...one, server: connected().server };
}
