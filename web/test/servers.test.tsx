import { screen, waitFor } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import { detail, server } from './fixtures';
import { host, refuse } from './host';
import { openApp } from './render';

test('the list leads to a server', async () => {
  const { user } = openApp('/servers');
  await user.click(await screen.findByRole('link', { name: 'Notion notes' }));
  expect(await screen.findByRole('heading', { name: 'Notion notes' })).toBeVisible();
  expect(screen.getByText('search_pages')).toBeVisible();
});

test('older servers are fetched when asked for', async () => {
  host.use(
    http.get('*/v1/servers', ({ request }) => {
      const cursor = new URL(request.url).searchParams.get('cursor');
      return cursor === 'srv_01'
        ? HttpResponse.json({ servers: [server(undefined, { id: 'srv_00', name: 'Oldest' })], nextCursor: null })
        : HttpResponse.json({ servers: [server()], nextCursor: 'srv_01' });
    }),
  );
  const { user } = openApp('/servers');
  await user.click(await screen.findByRole('button', { name: 'Show older servers' }));
  expect(await screen.findByRole('link', { name: 'Oldest' })).toBeVisible();
  expect(screen.getByText('2 servers')).toBeVisible();
});

test('a failed server says why, a building one leads to its build', async () => {
  let now = detail({ status: 'failed', lastFailure: { code: 'compile_error', message: 'echo does not compile.' } });
  host.use(http.get('*/v1/servers/srv_01', () => HttpResponse.json(now)));
  const { unmount } = openApp('/servers/srv_01');
  expect(await screen.findByText(/echo does not compile/)).toBeVisible();
  unmount();
  now = detail({ status: 'building', activeBuild: { id: 'bld_01', state: 'compiling' } });
  openApp('/servers/srv_01');
  const link = await screen.findByRole('link', { name: 'Watch the build' });
  expect(link).toHaveAttribute('href', '/servers/srv_01/builds/bld_01');
});

test('without servers the list says what one is', async () => {
  host.use(http.get('*/v1/servers', () => HttpResponse.json({ servers: [] })));
  openApp('/servers');
  expect(await screen.findByText('No servers yet')).toBeVisible();
  expect(screen.getByRole('link', { name: 'Describe a server' })).toHaveAttribute('href', '/');
});

test('a failure shows its code and request, and can be tried again', async () => {
  let broken = true;
  host.use(
    http.get('*/v1/servers', () =>
      broken ? refuse(500, 'internal', 'Something failed on our side.') : HttpResponse.json({ servers: [server()] }),
    ),
  );
  const { user } = openApp('/servers');
  expect(await screen.findByRole('alert')).toHaveTextContent('Something failed on our side.internal · request req_01');
  broken = false;
  await user.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByRole('link', { name: 'Notion notes' })).toBeVisible();
});

test('a host that cannot be reached is said so', async () => {
  host.use(http.get('*/v1/servers', () => HttpResponse.error()));
  openApp('/servers');
  expect(await screen.findByText(/Cloche cannot be reached/)).toBeVisible();
});

test('another tenant’s server is not there', async () => {
  host.use(http.get('*/v1/servers/srv_09', () => refuse(404, 'not_found', 'There is no such server.')));
  openApp('/servers/srv_09');
  expect(await screen.findByRole('heading', { name: 'There is no such server' })).toBeVisible();
});

test('a missing secret is set, and never read back', async () => {
  let value: unknown;
  host.use(
    http.get('*/v1/servers/srv_01', () =>
      HttpResponse.json(detail({ secrets: [{ key: 'NOTION_TOKEN', set: Boolean(value) }] })),
    ),
    http.put('*/v1/servers/srv_01/secrets/NOTION_TOKEN', async ({ request }) => {
      value = await request.json();
      return new HttpResponse(null, { status: 204 });
    }),
  );
  const { user, client } = openApp('/servers/srv_01');
  await user.click(await screen.findByRole('button', { name: 'Set NOTION_TOKEN' }));
  await user.type(screen.getByLabelText('Value of NOTION_TOKEN'), 'ntn_x');
  await user.click(screen.getByRole('button', { name: 'Save secret' }));
  expect(await screen.findByRole('button', { name: 'Replace NOTION_TOKEN' })).toBeVisible();
  expect(value).toEqual({ value: 'ntn_x' });
  expect(document.documentElement.outerHTML).not.toContain('ntn_x');
  await waitFor(() => expect(client.getMutationCache().getAll()).toEqual([]));
});

test('a server is deleted only by its name', async () => {
  let deleted = 0;
  host.use(
    http.delete('*/v1/servers/srv_01', () => {
      deleted += 1;
      return new HttpResponse(null, { status: 204 });
    }),
  );
  const { user, router, client } = openApp('/servers/srv_01/settings');
  // A page that shows what is forgotten asks for it again, and is told that there is none.
  const forgottenAt: string[] = [];
  client.getQueryCache().subscribe(({ type, query }) => {
    if (type === 'removed' && query.queryKey[1] === 'srv_01') forgottenAt.push(router.state.location.pathname);
  });
  await user.click(await screen.findByRole('button', { name: 'Delete notion-notes' }));
  const confirm = screen.getAllByRole('button', { name: 'Delete notion-notes' }).at(-1) as HTMLElement;
  await user.type(screen.getByLabelText('Type notion-notes to confirm'), 'notion{Enter}');
  expect(confirm).toBeDisabled();
  await user.type(screen.getByLabelText('Type notion-notes to confirm'), '-notes');
  await user.click(confirm);
  await waitFor(() => expect(router.state.location.pathname).toBe('/servers'));
  expect(deleted).toBe(1);
  await waitFor(() => expect(forgottenAt).not.toEqual([]));
  expect(new Set(forgottenAt)).toEqual(new Set(['/servers']));
});

test('a page that is not there says so', async () => {
  openApp('/no/such/page');
  expect(await screen.findByRole('heading', { name: 'There is no such page' })).toBeVisible();
});
