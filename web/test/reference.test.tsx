import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import { apiDocument, largeDocument } from './apiDocument';
import { host, refuse, signedOut } from './host';
import { openApp } from './render';

const described = http.get('*/v1/openapi.json', () => HttpResponse.json(apiDocument));

Element.prototype.scrollIntoView = () => undefined;

function row(name: RegExp) {
  return screen.findByRole('button', { name, expanded: false });
}

test('operations stand by what they are about, and open by a click that the address keeps', async () => {
  host.use(signedOut, described);
  const { user, router } = openApp('/docs/api');
  const servers = await screen.findByRole('region', { name: 'Servers' });
  expect(within(servers).getAllByRole('heading', { level: 3 })).toHaveLength(4);
  expect(screen.queryByText('With curl')).toBeNull();
  await user.click(await row(/^POST \/v1\/servers /));
  await waitFor(() => expect(router.state.location.hash).toBe('postServers'));
  const shown = within(servers);
  expect(shown.getByText(/For whoever is signed in at a browser or whoever has an API key/)).toBeVisible();
  expect(within(shown.getByRole('region', { name: 'Answers' })).getByText('plan_limit')).toBeVisible();
  expect(shown.getByRole('region', { name: 'With curl: POST /v1/servers' })).toHaveTextContent(
    `-d '{ "name": "…", "kind": "draft" }'`,
  );
  expect(shown.getByRole('button', { name: 'Copy the request POST /v1/servers' })).toBeVisible();
  expect(shown.getByText('draft', { selector: 'code' })).toBeVisible();
});

test('a schema that has itself inside is opened as deep as one likes', async () => {
  host.use(signedOut, described);
  const { user } = openApp('/docs/api#postServers');
  const body = await screen.findByRole('region', { name: 'Body' });
  await user.click(within(body).getByText('Fields of spec'));
  for (const depth of [1, 2, 3]) {
    const deeper = await within(body).findAllByText('Fields of parent');
    expect(deeper).toHaveLength(depth);
    await user.click(deeper.at(-1) as HTMLElement);
  }
  expect(within(body).getAllByText('Kinds of trigger')[0]).toBeVisible();
});

test('a link leads to one operation, and texts are texts', async () => {
  host.use(signedOut, described);
  openApp('/docs/api#getTemplatesSlugReleasesNComponent');
  const [open] = await screen.findAllByRole('button', { expanded: true });
  expect(open).toHaveTextContent('What runs: <b>the component</b>');
  expect(screen.getByText(/For everyone, signed in or not/)).toBeVisible();
  expect(screen.getByText('application/wasm').parentElement).toHaveTextContent('bytes as application/wasm');
});

test('a search leaves what has its words', async () => {
  host.use(
    signedOut,
    http.get('*/v1/openapi.json', () => HttpResponse.json(largeDocument())),
  );
  const { user } = openApp('/docs/api');
  expect(await screen.findByText('98 operations')).toBeVisible();
  const search = screen.getByLabelText('Search operations');
  await user.type(search, 'oauth token');
  expect(await screen.findByText('1 operation')).toBeVisible();
  expect(screen.getByRole('region', { name: 'OAuth' })).toBeVisible();
  await user.type(search, ' nonsense');
  await user.click(await screen.findByRole('button', { name: 'Show every operation' }));
  expect(await screen.findByText('98 operations')).toBeVisible();
});

test('a document that cannot be read is said so', async () => {
  host.use(
    signedOut,
    http.get('*/v1/openapi.json', () => refuse(500, 'internal', 'Something failed on our side.')),
  );
  openApp('/docs/api');
  expect(await screen.findByRole('alert')).toHaveTextContent('Something failed on our side.');
});
