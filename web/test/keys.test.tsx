import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import { me } from './fixtures';
import { host, refuse } from './host';
import { as, everyonesKeys, keys, newKey } from './organisation';
import { openApp } from './render';

test('a key is made, shown once with a way to copy it, and gone from the page then', async () => {
  let kept = keys;
  const sent: unknown[] = [];
  host.use(
    http.get('*/v1/api-keys', () => HttpResponse.json({ apiKeys: kept })),
    http.post('*/v1/api-keys', async ({ request }) => {
      sent.push(await request.json());
      const { key: _, ...shown } = newKey;
      kept = [shown, ...kept];
      return HttpResponse.json(newKey, { status: 201 });
    }),
  );
  const { user, client } = openApp('/keys');
  await user.type(await screen.findByLabelText('Name'), ' importer ');
  await user.click(screen.getByRole('checkbox', { name: /^MCP servers/ }));
  await user.selectOptions(screen.getByLabelText('Expires'), 'In a year');
  await user.click(screen.getByRole('button', { name: 'Make key' }));
  expect(await screen.findByText(newKey.key)).toBeVisible();
  expect(screen.getByText(/it is shown this once/)).toBeVisible();
  expect(sent).toEqual([{ name: 'importer', scopes: ['api', 'mcp'], expiresInDays: 365 }]);
  await user.click(screen.getByRole('button', { name: 'Copy the key' }));
  expect(await navigator.clipboard.readText()).toBe(newKey.key);
  await user.click(screen.getByRole('button', { name: 'I have copied it' }));
  expect(screen.queryByText(newKey.key)).toBeNull();
  await waitFor(() =>
    expect(
      JSON.stringify(
        client
          .getMutationCache()
          .getAll()
          .map(({ state }) => state),
      ),
    ).not.toContain(newKey.key),
  );
  expect(await screen.findByText('importer')).toBeVisible();
});

test('a key that never expires is asked for by leaving the days out', async () => {
  let sent: unknown;
  host.use(
    http.get('*/v1/api-keys', () => HttpResponse.json({ apiKeys: [] })),
    http.post('*/v1/api-keys', async ({ request }) => {
      sent = await request.json();
      return HttpResponse.json(newKey, { status: 201 });
    }),
  );
  const { user } = openApp('/keys');
  expect(await screen.findByText(/You have no key/)).toBeVisible();
  await user.type(screen.getByLabelText('Name'), 'cron');
  await user.selectOptions(screen.getByLabelText('Expires'), '');
  await user.click(screen.getByRole('button', { name: 'Make key' }));
  await screen.findByText(newKey.key);
  expect(sent).toEqual({ name: 'cron', scopes: ['api'] });
});

test('what is refused of a key is said at its name', async () => {
  const detail = 'an API key needs a name of 1 to 80 characters, like "deploy script"';
  host.use(
    http.get('*/v1/api-keys', () => HttpResponse.json({ apiKeys: [] })),
    http.post('*/v1/api-keys', () => refuse(422, 'invalid_api_key', detail)),
  );
  const { user } = openApp('/keys');
  const name = await screen.findByLabelText('Name');
  await user.type(name, 'x');
  await user.click(screen.getByRole('button', { name: 'Make key' }));
  await waitFor(() => expect(name).toHaveAccessibleDescription(detail));
});

test('an owner sees everyone’s keys, and ends one after a question', async () => {
  let kept = everyonesKeys;
  host.use(
    http.get('*/v1/api-keys', ({ request }) =>
      HttpResponse.json({ apiKeys: new URL(request.url).searchParams.get('all') === 'true' ? kept : keys }),
    ),
    http.delete('*/v1/api-keys/key_03', () => {
      kept = kept.filter(({ id }) => id !== 'key_03');
      return new HttpResponse(null, { status: 204 });
    }),
  );
  const { user, router } = openApp('/keys');
  await screen.findByText('deploy script');
  expect(screen.queryByText('CI')).toBeNull();
  await user.click(screen.getByRole('button', { name: 'Everyone’s' }));
  expect(await screen.findByText('CI')).toBeVisible();
  expect(router.state.location.searchStr).toBe('?of=everyone');
  await user.click(screen.getByRole('button', { name: 'Delete CI of grace@example.com' }));
  await user.click(screen.getByRole('button', { name: 'Delete CI of grace@example.com now' }));
  await waitFor(() => expect(screen.queryByText('CI')).toBeNull());
});

test('a developer is shown their own, whatever the address asks for', async () => {
  host.use(
    http.get('*/v1/auth/me', () => HttpResponse.json(as('developer'))),
    http.get('*/v1/api-keys', ({ request }) =>
      new URL(request.url).search === '' ? HttpResponse.json({ apiKeys: keys }) : refuse(403, 'forbidden', 'no'),
    ),
  );
  openApp('/keys?of=everyone');
  const list = await screen.findByRole('list', { name: 'Your keys' });
  expect(within(list).getByText('deploy script')).toBeVisible();
  expect(screen.queryByRole('button', { name: 'Everyone’s' })).toBeNull();
});

test('a session that has ended leads to the sign-in, and says so', async () => {
  let signedIn = true;
  host.use(
    http.get('*/v1/auth/me', () =>
      signedIn ? HttpResponse.json(as('owner')) : refuse(401, 'unauthenticated', 'Sign in.'),
    ),
    http.get('*/v1/api-keys', () => HttpResponse.json({ apiKeys: keys })),
    http.delete('*/v1/api-keys/key_01', () => {
      signedIn = false;
      return refuse(401, 'unauthenticated', 'Sign in.');
    }),
  );
  const { user } = openApp('/keys');
  await user.click(await screen.findByRole('button', { name: 'Delete deploy script' }));
  await user.click(screen.getByRole('button', { name: 'Delete deploy script now' }));
  expect(await screen.findByText(/Your session has ended/)).toBeVisible();
});

test('the scope of moderation is offered to admins of the platform alone', async () => {
  host.use(http.get('*/v1/api-keys', () => HttpResponse.json({ apiKeys: [] })));
  const { unmount } = openApp('/keys');
  await screen.findByText(/You have no key/);
  expect(screen.queryByRole('checkbox', { name: /^Moderation/ })).toBeNull();
  expect(screen.queryByRole('link', { name: 'Moderation' })).toBeNull();
  unmount();

  let sent: unknown;
  host.use(
    http.get('*/v1/auth/me', () => HttpResponse.json({ ...me, platformAdmin: true })),
    http.post('*/v1/api-keys', async ({ request }) => {
      sent = await request.json();
      return HttpResponse.json(newKey, { status: 201 });
    }),
  );
  const { user } = openApp('/keys');
  expect(await screen.findByRole('link', { name: 'Moderation' })).toHaveAttribute('href', '/admin');
  await user.type(await screen.findByLabelText('Name'), 'sweep');
  await user.click(screen.getByRole('checkbox', { name: /^The API/ }));
  await user.click(screen.getByRole('checkbox', { name: /^Moderation/ }));
  await user.click(screen.getByRole('button', { name: 'Make key' }));
  await screen.findByText(newKey.key);
  expect(sent).toEqual({ name: 'sweep', scopes: ['admin'], expiresInDays: 90 });
});
