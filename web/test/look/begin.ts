/** Beginning a server: from an API's description, and what is changed before it is built. */
import type { Page } from 'playwright-core';
import { created, detail, failedBuild, me, mendedBuild, preview, problem } from '../fixtures';
import { imported, large } from '../openapi';
import type { Answers } from './app';
import { arrive } from './arriving';
import type { Scene } from './scenes';

const signedIn: Answers = { 'GET auth/me': { json: me } };

function drafted(of: unknown): Answers {
  return {
    ...signedIn,
    'POST servers/preview/stream': { sse: `event: spec\ndata: ${JSON.stringify(of)}\n\n` },
  };
}

async function toImport(page: Page) {
  await page.getByRole('tab', { name: 'Import an API’s description' }).click();
}

async function bring(page: Page) {
  await toImport(page);
  await page.getByLabel('Address of the OpenAPI document').fill('https://pets.example.com/openapi.json');
  await page.getByRole('button', { name: 'Read document' }).click();
}

async function review(page: Page) {
  await page.getByRole('button', { name: 'Notion search' }).click();
  await page.getByRole('button', { name: 'Draft tools' }).click();
  await page.getByRole('heading', { name: 'Review the draft' }).waitFor();
}

async function openArguments(page: Page) {
  await review(page);
  await page.getByText('Arguments: query, limit').click();
}

const pasted = 'List my issues with ghp_16C7e42F292c6912E7710c838347Ae178B4a';

export const beginScenes: Scene[] = [
  { name: 'import', path: '/', answers: signedIn, act: toImport },
  {
    name: 'import-refused',
    path: '/',
    answers: {
      ...signedIn,
      'POST imports': {
        status: 422,
        json: problem(
          422,
          'document_unreachable',
          'the document at https://pets.example.com/openapi.json is answered with status 404, not 200',
        ),
      },
    },
    act: async (page) => {
      await bring(page);
      await page.getByText('is answered with status 404').waitFor();
    },
  },
  {
    name: 'import-choose',
    path: '/',
    answers: { ...signedIn, 'POST imports': { status: 201, json: imported() } },
    act: async (page) => {
      await bring(page);
      await page.getByRole('checkbox', { name: /POST/ }).check();
      await page.getByRole('checkbox', { name: /GET \/v1\/pets Lists/ }).check();
    },
  },
  {
    name: 'import-large',
    path: '/',
    answers: { ...signedIn, 'POST imports': { status: 201, json: large() } },
    act: async (page) => {
      await bring(page);
      await page.getByText('/visits').click();
    },
  },
  {
    name: 'import-gone',
    path: '/',
    answers: {
      ...signedIn,
      'POST imports': { status: 201, json: imported() },
      'POST imports/imp_01/preview': {
        status: 404,
        json: problem(
          404,
          'not_found',
          'there is no such import in your organisation, or no longer: bring the document again',
        ),
      },
    },
    act: async (page) => {
      await bring(page);
      await page.getByRole('checkbox', { name: /POST/ }).check();
      await page.getByRole('button', { name: 'Draft 1 tool' }).click();
      await page.getByRole('alert').waitFor();
    },
  },
  {
    name: 'describe-secret',
    path: '/',
    answers: {
      ...signedIn,
      'POST servers/preview/stream': {
        status: 422,
        json: {
          ...problem(
            422,
            'secret_in_prompt',
            'the description holds what looks like a secret: take it out; secrets are given when the server is built, and no model sees them',
          ),
          findings: [{ kind: 'GitHub token', start: 20, end: 60, hint: 'ghp_…' }],
        },
      },
    },
    act: async (page) => {
      await page.getByLabel('Describe the server').fill(pasted);
      await page.getByRole('button', { name: 'Draft tools' }).click();
      await page.getByRole('button', { name: /^Show the GitHub token/ }).click();
    },
  },
  { name: 'review-arriving', path: '/', answers: signedIn, act: arrive },
  { name: 'review-cached', path: '/', answers: drafted({ ...preview(), cached: true }), act: review },
  {
    name: 'review-arguments',
    path: '/',
    answers: drafted(preview()),
    act: async (page) => {
      await openArguments(page);
      await page.getByLabel('Argument', { exact: true }).first().fill('words');
    },
  },
  {
    name: 'review-schema',
    path: '/',
    answers: drafted(preview()),
    act: async (page) => {
      await openArguments(page);
      await page.getByRole('tab', { name: 'JSON Schema' }).first().click();
      await page
        .locator('[aria-label="Input schema of search_pages"].cm-content')
        .fill('{\n  "type": "object",\n  "properties": {\n    "q":\n  }\n}');
      await page.getByRole('button', { name: 'Build server' }).click();
    },
  },
  {
    name: 'review-code',
    path: '/',
    answers: drafted(preview()),
    act: async (page) => {
      await review(page);
      await page.getByText('Code: 9 lines of Rust').click();
      await page.locator('[aria-label="Code of search_pages"].cm-content').press('ControlOrMeta+End');
      await page.keyboard.type('\nmatch "a" { // what is typed\n1 => 2.5');
    },
  },
  {
    name: 'review-failed',
    path: '/',
    answers: {
      ...drafted(preview()),
      'POST servers': { status: 201, json: created },
      'GET builds/bld_01': { json: { id: 'bld_01', serverId: 'srv_01', state: 'queued', events: [] } },
      'GET servers/srv_01': { json: detail({ status: 'failed', activeVersion: null }) },
      'DELETE servers/srv_01': { status: 204 },
    },
    build: failedBuild,
    act: async (page) => {
      await review(page);
      await page.getByRole('button', { name: 'Build server' }).click();
      await page.getByRole('button', { name: 'Discard and edit the draft' }).click();
      await page.locator('.cm-content .words').waitFor();
    },
  },
  {
    name: 'build-mended',
    path: '/',
    answers: {
      ...drafted(preview()),
      'POST servers': { status: 201, json: created },
      'GET builds/bld_01': { json: { id: 'bld_01', serverId: 'srv_01', state: 'queued', events: [] } },
      'GET servers/srv_01': { json: detail() },
    },
    build: mendedBuild.slice(0, 5),
    act: async (page) => {
      await review(page);
      await page.getByRole('button', { name: 'Build server' }).click();
      await page.getByText('5 lines').click();
    },
  },
];
