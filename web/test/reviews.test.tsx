import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import type { Waiting } from '@/lib/reviews';
import { host, refuse } from './host';
import { as, asking, reviews } from './organisation';
import { openApp } from './render';

/** A host at which these wait. */
function waiting(...all: Waiting[]) {
  host.use(
    http.get('*/v1/reviews', () => HttpResponse.json({ reviews: all })),
    http.get('*/v1/servers/:id/versions/:n/diff', () => HttpResponse.json(asking)),
  );
}

test('a version that waits says what it asks for, and leads to where it is decided', async () => {
  waiting(...reviews);
  openApp('/reviews');
  const asks = await screen.findByRole('list', { name: 'What version 3 of Notion notes asks for' });
  expect(within(asks).getByText('Reaches api.example.com.')).toBeVisible();
  expect(screen.queryByText('No longer reaches old.example.com.')).toBeNull();
  expect(screen.getByRole('link', { name: 'Read and decide: version 3 of Notion notes' })).toHaveAttribute(
    'href',
    '/servers/srv_01/versions/3',
  );
  expect(screen.getByRole('heading', { name: 'Weather <b>where you are</b> version 7' })).toBeVisible();
});

test('the navigation says how many wait, wherever one is', async () => {
  waiting(...reviews);
  host.use(http.get('*/v1/api-keys', () => HttpResponse.json({ apiKeys: [] })));
  openApp('/keys');
  expect(await screen.findByRole('link', { name: 'To approve 2 waiting' })).toHaveAttribute('href', '/reviews');
});

test('where nothing waits, or nobody knows, the navigation says nothing', async () => {
  let asked = 0;
  host.use(
    http.get('*/v1/reviews', () => {
      asked += 1;
      return refuse(500, 'internal', 'Something failed on our side.');
    }),
    http.get('*/v1/api-keys', () => HttpResponse.json({ apiKeys: [] })),
  );
  openApp('/keys');
  await screen.findByRole('heading', { name: 'API keys' });
  await waitFor(() => expect(asked).toBe(1));
  expect(screen.getByRole('link', { name: 'To approve' })).toBeVisible();
  expect(screen.queryByText('Something failed on our side.')).toBeNull();
});

test('nothing waits', async () => {
  openApp('/reviews');
  expect(await screen.findByText('Nothing waits')).toBeVisible();
});

test('a list that cannot be read says so, and nothing is claimed', async () => {
  host.use(http.get('*/v1/reviews', () => refuse(500, 'internal', 'Something failed on our side.')));
  openApp('/reviews');
  expect(await screen.findByText('Something failed on our side.')).toBeVisible();
  expect(screen.queryByText('Nothing waits')).toBeNull();
  expect(screen.getByRole('button', { name: 'Try again' })).toBeVisible();
});

test('a difference that cannot be read says so at its version; the others are shown', async () => {
  waiting(...reviews);
  host.use(http.get('*/v1/servers/srv_02/versions/7/diff', () => refuse(500, 'internal', 'Something failed.')));
  openApp('/reviews');
  expect(await screen.findByText('Something failed.')).toBeVisible();
  expect(await screen.findByText('Reaches api.example.com.')).toBeVisible();
  expect(screen.getByRole('link', { name: /^Read and decide: version 7/ })).toBeVisible();
});

test('an admin is told who decides, and nothing is asked for', async () => {
  host.use(
    http.get('*/v1/auth/me', () => HttpResponse.json(as('admin'))),
    http.get('*/v1/reviews', () => {
      throw new Error('not for an admin');
    }),
  );
  openApp('/reviews');
  expect(await screen.findByText(/Owners and reviewers decide/)).toBeVisible();
});
