import { screen } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import { waitingOf } from '@/lib/reviews';
import { host, refuse } from './host';
import { as, asking, version, waitingLog, waitingVersions } from './organisation';
import { openApp } from './render';

const logged = http.get('*/v1/audit', () => HttpResponse.json(waitingLog));
const gone = http.get('*/v1/servers/srv_07/versions', () => refuse(404, 'not_found', 'there is no such server'));

test('a version that waits says what it asks for, and leads to where it is decided', async () => {
  host.use(
    logged,
    gone,
    http.get('*/v1/servers/srv_01/versions', () => HttpResponse.json(waitingVersions)),
    http.get('*/v1/servers/srv_01/versions/3/diff', () => HttpResponse.json(asking)),
  );
  openApp('/reviews');
  expect(await screen.findByText('Reaches api.example.com.')).toBeVisible();
  expect(screen.queryByText('No longer reaches old.example.com.')).toBeNull();
  expect(screen.getByRole('link', { name: 'Read and decide: version 3 of Notion notes' })).toHaveAttribute(
    'href',
    '/servers/srv_01/versions/3',
  );
});

test('what was decided meanwhile is not shown', async () => {
  host.use(
    logged,
    gone,
    http.get('*/v1/servers/srv_01/versions', () =>
      HttpResponse.json({ versions: [version(3, { active: true, review: 'approved' })] }),
    ),
  );
  openApp('/reviews');
  expect(await screen.findByText('Nothing waits')).toBeVisible();
});

test('a server that cannot be read says so, and nothing is claimed', async () => {
  host.use(
    logged,
    gone,
    http.get('*/v1/servers/srv_01/versions', () => refuse(500, 'internal', 'Something failed on our side.')),
  );
  openApp('/reviews');
  expect(await screen.findByText('Something failed on our side.')).toBeVisible();
  expect(screen.queryByText('Nothing waits')).toBeNull();
  expect(screen.getByRole('button', { name: 'Try again' })).toBeVisible();
});

test('an admin is told who decides', async () => {
  host.use(http.get('*/v1/auth/me', () => HttpResponse.json(as('admin'))));
  openApp('/reviews');
  expect(await screen.findByText(/Owners and reviewers decide/)).toBeVisible();
});

test('one that another has overtaken waits no more', () => {
  const waiting = version(2, { review: 'waiting' });
  expect(waitingOf([version(3, { active: true }), waiting])).toBeUndefined();
  expect(waitingOf([version(4), version(3, { review: 'waiting' }), version(1, { active: true })])?.n).toBe(3);
});
