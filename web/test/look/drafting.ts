/** From a description to a server that is built: what is answered, and what a person does. */
import type { Page } from 'playwright-core';
import { created, detail, preview, spec } from '../fixtures';
import { signedIn } from './answers';
import type { Answers } from './app';

export function drafted(of: unknown): Answers {
  const sse = `event: text\ndata: {"text":"{ \\"name\\""}\n\nevent: spec\ndata: ${JSON.stringify(of)}\n\n`;
  return { ...signedIn, 'POST servers/preview/stream': { sse } };
}

export async function describe(page: Page) {
  await page.getByRole('button', { name: 'Notion search' }).click();
  await page.getByRole('button', { name: 'Draft tools' }).click();
  await page.getByRole('heading', { name: 'Review the draft' }).waitFor();
}

export async function build(page: Page) {
  await describe(page);
  await page.getByRole('button', { name: 'Build server' }).click();
  await page.getByRole('region', { name: 'Build progress' }).waitFor();
}

export const building: Answers = {
  ...drafted(preview()),
  'POST servers': { status: 201, json: created },
  'GET builds/bld_01': { json: { id: 'bld_01', serverId: 'srv_01', state: 'queued', events: [] } },
  'GET servers/srv_01': { json: detail() },
};

export const wideSpec = {
  ...spec,
  requiredSecrets: [],
  allowedHosts: [
    'GET api.open-meteo.com/v1/forecast',
    'GET geocoding-api.open-meteo.com/v1/search',
    '*.example.com',
    'http://10.0.0.5:8080',
    'api.a-host-with-a-rather-long-name.internal.example.org',
  ],
  tools: spec.tools.map((tool) => ({ ...tool, implementation: 'kv::set("last", args.query)' })),
};
