import { screen, waitFor } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import type { ConnectedClient } from '@/lib/clients';
import { clients, connected } from './clients';
import { host, refuse } from './host';
import { as } from './organisation';
import { openApp } from './render';

/** A host at which these are connected, and from which what is revoked goes. */
function connectedAre(...all: ConnectedClient[]) {
  const asked: string[] = [];
  const revoked: unknown[] = [];
  let kept = all;
  host.use(
    http.get('*/v1/clients', ({ request }) => {
      asked.push(new URL(request.url).search);
      return HttpResponse.json({ clients: kept, nextCursor: null });
    }),
    http.delete('*/v1/clients/:id', ({ params }) => {
      revoked.push(params.id);
      kept = kept.filter(({ id }) => id !== params.id);
      return new HttpResponse(null, { status: 204 });
    }),
  );
  return { asked, revoked };
}

test('a server’s page says who may call it, and revokes after saying what that does', async () => {
  const { asked, revoked } = connectedAre(
    connected(),
    connected({ id: 'gra_04', person: { id: 'usr_02', name: 'Grace <b>Hopper</b>' }, mine: false }),
  );
  const { user } = openApp('/servers/srv_01/access');
  await user.click(await screen.findByRole('button', { name: 'Revoke Claude at Notion notes' }));
  expect(screen.getByText('Claude loses access to Notion notes at once; it can ask you again.')).toBeVisible();
  expect(screen.getByRole('button', { name: 'Cancel' })).toHaveFocus();
  expect(revoked).toEqual([]);
  await user.click(screen.getByRole('button', { name: 'Revoke Claude at Notion notes now' }));
  await waitFor(() => expect(screen.queryByRole('button', { name: 'Revoke Claude at Notion notes' })).toBeNull());
  expect(revoked).toEqual(['gra_01']);
  expect(asked[0]).toBe('?server=srv_01');
  expect(screen.getByRole('button', { name: 'Revoke Claude at Notion notes of Grace <b>Hopper</b>' })).toBeVisible();
  expect(screen.getByRole('link', { name: 'see the keys' })).toHaveAttribute('href', '/keys');
});

test('a server without clients says how one comes there', async () => {
  connectedAre();
  openApp('/servers/srv_01/access');
  expect(await screen.findByText(/No client is connected/)).toBeVisible();
  expect(screen.getByRole('link', { name: 'the overview' })).toHaveAttribute('href', '/servers/srv_01');
});

test('all clients are on a page of their own, with their servers, as text', async () => {
  const { asked } = connectedAre(...clients);
  openApp('/clients');
  expect(await screen.findByRole('link', { name: 'Weather where you are, and where you will be' })).toHaveAttribute(
    'href',
    '/servers/srv_02/access',
  );
  expect(screen.getByText(/<img src=x onerror/)).toBeVisible();
  expect(document.querySelector('img')).toBeNull();
  expect(asked).toEqual(['']);
});

test('further clients are loaded when they are asked for', async () => {
  host.use(
    http.get('*/v1/clients', ({ request }) => {
      const further = new URL(request.url).searchParams.get('cursor') === 'gra_01';
      return HttpResponse.json(
        further
          ? {
              clients: [connected({ id: 'gra_02', client: { id: 'cli_02', name: 'Cursor', host: null } })],
              nextCursor: null,
            }
          : { clients: [connected()], nextCursor: 'gra_01' },
      );
    }),
  );
  const { user } = openApp('/clients');
  await user.click(await screen.findByRole('button', { name: 'Show more clients' }));
  expect(await screen.findByText('Cursor')).toBeVisible();
  expect(screen.getByText('Claude')).toBeVisible();
  expect(screen.queryByRole('button', { name: 'Show more clients' })).toBeNull();
});

test('a list that fails says so and is asked for again; a refusal to revoke stands at its client', async () => {
  let down = true;
  connectedAre(connected());
  host.use(
    http.get('*/v1/clients', () =>
      down
        ? refuse(500, 'internal', 'Something failed on our side.')
        : HttpResponse.json({ clients: [connected()], nextCursor: null }),
    ),
    http.delete('*/v1/clients/:id', () => refuse(404, 'not_found', 'there is no such client')),
    http.get('*/v1/auth/me', () => HttpResponse.json(as('viewer'))),
  );
  const { user } = openApp('/clients');
  await screen.findByText('Something failed on our side.');
  down = false;
  await user.click(screen.getByRole('button', { name: 'Try again' }));
  await user.click(await screen.findByRole('button', { name: 'Revoke Claude at Notion notes' }));
  await user.click(screen.getByRole('button', { name: 'Revoke Claude at Notion notes now' }));
  expect(await screen.findByText('there is no such client')).toBeVisible();
  expect(screen.getByText(/to which you have given a token/)).toBeVisible();
});
