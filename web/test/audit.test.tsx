import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import { host, refuse } from './host';
import { as, entries, entry, members } from './organisation';
import { openApp } from './render';

const withMembers = http.get('*/v1/members', () => HttpResponse.json({ members }));

test('entries say who did what to what, why, and what changed', async () => {
  host.use(
    withMembers,
    http.get('*/v1/audit', () => HttpResponse.json({ entries, nextCursor: null })),
  );
  openApp('/audit');
  const list = await screen.findByRole('list', { name: 'Entries' });
  const [role, approved] = within(list).getAllByRole('listitem');
  if (!role || !approved) throw new Error('no entries');
  await waitFor(() => expect(role).toHaveTextContent('member.role_changed by Grace <b>Hopper</b>'));
  expect(role).toHaveTextContent('was – viewer is + reviewer');
  expect(role).toHaveTextContent('from 192.0.2.7');
  expect(approved).toHaveTextContent('«The CRM is ours <script>alert(1)</script>»');
  expect(within(approved).getByRole('link', { name: 'srv_01' })).toHaveAttribute('href', '/servers/srv_01');
  expect(screen.getByRole('link', { name: 'Export the whole log' })).toHaveAttribute('href', '/v1/audit/export');
});

test('filters stand in the address, and are sent as moments', async () => {
  const asked: string[] = [];
  host.use(
    withMembers,
    http.get('*/v1/audit', ({ request }) => {
      asked.push(new URL(request.url).search);
      return HttpResponse.json({ entries: [], nextCursor: null });
    }),
  );
  const { user, router } = openApp('/audit?actor=usr_09&since=2026-11-01&until=2026-11-20');
  expect(await screen.findByText('Nothing of that kind was done.')).toBeVisible();
  const sent = new URLSearchParams(asked[0]);
  expect(Object.fromEntries(sent)).toEqual({
    actor: 'usr_09',
    since: '2026-11-01T00:00:00.000Z',
    until: '2026-11-21T00:00:00.000Z',
  });
  expect(screen.getByLabelText('By')).toHaveValue('usr_09');
  await user.selectOptions(screen.getByLabelText('Action'), 'version.approved');
  await waitFor(() => expect(router.state.location.searchStr).toContain('action=version.approved'));
  expect(router.state.location.searchStr).toContain('since=2026-11-01');
  await user.click(screen.getByRole('button', { name: 'Show everything' }));
  await waitFor(() => expect(router.state.location.searchStr).toBe(''));
});

test('older entries are shown when asked for', async () => {
  host.use(
    withMembers,
    http.get('*/v1/audit', ({ request }) =>
      new URL(request.url).searchParams.get('cursor') === '38'
        ? HttpResponse.json({ entries: [entry({ seq: 1, action: 'org.created' })], nextCursor: null })
        : HttpResponse.json({ entries, nextCursor: 38 }),
    ),
  );
  const { user } = openApp('/audit');
  await user.click(await screen.findByRole('button', { name: 'Show older entries' }));
  const list = screen.getByRole('list', { name: 'Entries' });
  expect(await within(list).findByText('org.created')).toBeVisible();
  expect(screen.queryByRole('button', { name: 'Show older entries' })).toBeNull();
});

test('what the log refuses is said, with a way out', async () => {
  host.use(
    withMembers,
    http.get('*/v1/audit', ({ request }) =>
      new URL(request.url).search === ''
        ? HttpResponse.json({ entries, nextCursor: null })
        : refuse(400, 'invalid_query', 'since: write it like 2026-11-26T00:00:00Z'),
    ),
  );
  const { user } = openApp('/audit?since=yesterday');
  expect(await screen.findByText('since: write it like 2026-11-26T00:00:00Z')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Show everything' }));
  expect(await screen.findByRole('list', { name: 'Entries' })).toBeVisible();
});

test('a developer is told for whom it is, and nothing is asked', async () => {
  host.use(http.get('*/v1/auth/me', () => HttpResponse.json(as('developer'))));
  openApp('/audit');
  expect(await screen.findByText(/shown to owners, admins and reviewers/)).toBeVisible();
  expect(screen.getByRole('link', { name: 'See who they are' })).toBeVisible();
});
