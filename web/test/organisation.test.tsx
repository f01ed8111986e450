import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import type { Me } from '@/lib/contract';
import { me } from './fixtures';
import { host, refuse } from './host';
import { as, invites, members, orgs } from './organisation';
import { openApp } from './render';

const gone = () => new HttpResponse(null, { status: 204 });

beforeEach(() => {
  host.use(
    http.get('*/v1/members', () => HttpResponse.json({ members })),
    http.get('*/v1/invites', () => HttpResponse.json({ invites })),
    http.get('*/v1/me/orgs', () => HttpResponse.json({ orgs })),
  );
});

/** Signs in as `of`, who may become someone else. */
function signIn(of: Me) {
  const who = { me: of };
  host.use(http.get('*/v1/auth/me', () => HttpResponse.json(who.me)));
  return who;
}

/** jsdom has no popovers: what the browser says when one opens. */
function openMenu() {
  const menu = document.getElementById('account');
  if (!menu) throw new Error('no menu');
  fireEvent(menu, Object.assign(new Event('beforetoggle'), { newState: 'open' }));
  return menu;
}

test('its name is changed, and the frame says the new one', async () => {
  const who = signIn(me);
  host.use(
    http.patch('*/v1/me/org', async ({ request }) => {
      const { name } = (await request.json()) as { name: string };
      who.me = { ...me, org: { ...me.org, name } };
      return HttpResponse.json(who.me.org);
    }),
  );
  const { user } = openApp('/organisation');
  const name = await screen.findByLabelText('Name of the organisation');
  expect(screen.getByRole('button', { name: 'Save name' })).toBeDisabled();
  await user.clear(name);
  await user.type(name, 'Lovelace & <i>Co</i>');
  await user.click(screen.getByRole('button', { name: 'Save name' }));
  expect((await screen.findAllByText('Lovelace & <i>Co</i>')).length).toBeGreaterThan(0);
});

test('a name that is refused says why at the field', async () => {
  const detail = 'an organisation needs a name of 1 to 80 characters on one line, like "Acme, Inc."';
  host.use(http.patch('*/v1/me/org', () => refuse(422, 'invalid_name', detail)));
  const { user } = openApp('/organisation');
  const name = await screen.findByLabelText('Name of the organisation');
  await user.type(name, '!');
  await user.click(screen.getByRole('button', { name: 'Save name' }));
  await waitFor(() => expect(name).toHaveAccessibleDescription(detail));
});

test('a member is given another role, and another is removed after a question', async () => {
  let kept = members;
  let removed = 0;
  host.use(
    http.get('*/v1/members', () => HttpResponse.json({ members: kept })),
    http.patch('*/v1/members/usr_02', async ({ request }) => {
      const { role } = (await request.json()) as { role: Me['role'] };
      kept = kept.map((member) => (member.id === 'usr_02' ? { ...member, role } : member));
      return HttpResponse.json(kept[1]);
    }),
    http.delete('*/v1/members/usr_03', () => {
      removed += 1;
      kept = kept.filter(({ id }) => id !== 'usr_03');
      return gone();
    }),
  );
  const { user } = openApp('/organisation');
  expect(await screen.findByText('Grace <b>Hopper</b>')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Change role of Grace <b>Hopper</b>' }));
  await user.selectOptions(screen.getByLabelText('Role of Grace <b>Hopper</b>'), 'Developer');
  await user.click(screen.getByRole('button', { name: 'Save role' }));
  expect(await screen.findByText(/^Developer · grace@example.com/)).toBeVisible();

  await user.click(screen.getByRole('button', { name: 'Remove Rita' }));
  expect(screen.getByRole('button', { name: 'Cancel' })).toHaveFocus();
  await user.click(screen.getByRole('button', { name: 'Cancel' }));
  expect(screen.getByRole('button', { name: 'Remove Rita' })).toHaveFocus();
  expect(removed).toBe(0);
  await user.click(screen.getByRole('button', { name: 'Remove Rita' }));
  await user.click(screen.getByRole('button', { name: 'Remove Rita now' }));
  await waitFor(() => expect(screen.queryByText('Rita')).toBeNull());
});

test('an invitation is mailed, mailed again and withdrawn', async () => {
  let open = invites;
  const sent: unknown[] = [];
  host.use(
    http.get('*/v1/invites', () => HttpResponse.json({ invites: open })),
    http.post('*/v1/invites', async ({ request }) => {
      sent.push(await request.json());
      return HttpResponse.json({ ...invites[0], id: 'inv_03', email: 'new@example.com' }, { status: 201 });
    }),
    http.post('*/v1/invites/inv_02/resend', () => HttpResponse.json(invites[1])),
    http.delete('*/v1/invites/inv_01', () => {
      open = open.slice(1);
      return gone();
    }),
  );
  const { user } = openApp('/organisation');
  const address = await screen.findByLabelText('Mail address to invite');
  await user.type(address, 'new');
  await user.click(screen.getByRole('button', { name: 'Send invitation' }));
  expect(address).toHaveAccessibleDescription('Write an address like name@example.com.');
  await user.type(address, '@example.com');
  await user.selectOptions(screen.getByLabelText('Role'), 'Viewer');
  await user.click(screen.getByRole('button', { name: 'Send invitation' }));
  expect(await screen.findByText('Invitation mailed to new@example.com.')).toBeVisible();
  expect(sent).toEqual([{ email: 'new@example.com', role: 'viewer' }]);

  await user.click(await screen.findByRole('button', { name: 'Mail again: the invitation of eve@example.com' }));
  expect(await screen.findByText(/^Mailed again/)).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Withdraw the invitation of bob@example.com' }));
  await user.click(screen.getByRole('button', { name: 'Withdraw the invitation of bob@example.com now' }));
  await waitFor(() => expect(screen.queryByText('bob@example.com')).toBeNull());
});

test('who is invited already is said at the address', async () => {
  const detail = 'bob@example.com is invited already: mail that invitation again, or take it back first';
  host.use(http.post('*/v1/invites', () => refuse(409, 'already_invited', detail)));
  const { user } = openApp('/organisation');
  const address = await screen.findByLabelText('Mail address to invite');
  await user.type(address, 'bob@example.com');
  await user.click(screen.getByRole('button', { name: 'Send invitation' }));
  await waitFor(() => expect(address).toHaveAccessibleDescription(detail));
});

test('an admin touches no owner, and makes none', async () => {
  signIn({ ...as('admin'), user: { id: 'usr_02', email: 'grace@example.com', name: '' } });
  openApp('/organisation');
  expect(await screen.findByRole('button', { name: 'Remove Rita' })).toBeVisible();
  expect(screen.queryByRole('button', { name: 'Remove ada@example.com' })).toBeNull();
  expect(screen.queryByRole('button', { name: 'Change role of ada@example.com' })).toBeNull();
  expect(await screen.findByRole('button', { name: 'Withdraw the invitation of bob@example.com' })).toBeVisible();
  expect(screen.queryByRole('button', { name: 'Withdraw the invitation of eve@example.com' })).toBeNull();
  expect(within(screen.getByLabelText('Role')).queryByRole('option', { name: 'Owner' })).toBeNull();
  expect(screen.queryByRole('button', { name: 'Delete the organisation' })).toBeNull();
});

test('a developer sees who belongs to it, may leave, and nothing else', async () => {
  signIn(as('developer'));
  openApp('/organisation');
  expect(await screen.findByText('Rita')).toBeVisible();
  expect(screen.getByRole('button', { name: 'Leave the organisation' })).toBeVisible();
  for (const name of ['Save name', 'Send invitation', 'Delete the organisation']) {
    expect(screen.queryByRole('button', { name })).toBeNull();
  }
  expect(screen.queryByRole('button', { name: /^(Remove|Change role)/ })).toBeNull();
  expect(screen.queryByRole('link', { name: 'Audit log' })).toBeNull();
  expect(screen.queryByRole('link', { name: 'To approve' })).toBeNull();
});

test('the last owner is told why leaving is refused', async () => {
  const detail = 'the last owner can neither leave nor be made less: make another member an owner first';
  host.use(http.delete('*/v1/members/usr_01', () => refuse(409, 'last_owner', detail)));
  const { user } = openApp('/organisation');
  await user.click(await screen.findByRole('button', { name: 'Leave the organisation' }));
  await user.click(screen.getByRole('button', { name: 'Leave' }));
  expect(await screen.findByText(detail)).toBeVisible();
});

test('it is deleted by its name only, and one acts in another then', async () => {
  const who = signIn(me);
  let sent: unknown;
  host.use(
    http.delete('*/v1/me/org', async ({ request }) => {
      sent = await request.json();
      who.me = { ...me, org: { id: 'org_02', slug: 'acme', name: 'Acme, Inc.', plan: 'pro' } };
      return gone();
    }),
  );
  const { user, router } = openApp('/organisation');
  await user.click(await screen.findByRole('button', { name: 'Delete the organisation' }));
  const dialog = screen.getByRole('dialog');
  const confirm = within(dialog).getByRole('button', { name: 'Delete the organisation' });
  const typed = within(dialog).getByRole('textbox');
  await user.type(typed, 'Ada');
  expect(confirm).toBeDisabled();
  await user.clear(typed);
  await user.type(typed, me.org.name);
  await user.click(confirm);
  await waitFor(() => expect(router.state.location.pathname).toBe('/servers'));
  expect(sent).toEqual({ name: me.org.name });
  expect((await screen.findAllByText('Acme, Inc.')).length).toBeGreaterThan(0);
});

test('in the menu one goes to another organisation, of which everything is read anew', async () => {
  const acme: Me = { ...as('developer'), org: { id: 'org_02', slug: 'acme', name: 'Acme, Inc.', plan: 'pro' } };
  const who = signIn(me);
  let listed = 0;
  let asked: unknown;
  host.use(
    http.get('*/v1/servers', () => {
      listed += 1;
      return HttpResponse.json({ servers: [] });
    }),
    http.put('*/v1/me/org', async ({ request }) => {
      asked = await request.json();
      who.me = acme;
      return HttpResponse.json(acme);
    }),
  );
  const { user } = openApp('/servers');
  await screen.findByText('No servers yet');
  const menu = openMenu();
  const there = await within(menu).findByRole('button', { name: /Acme, Inc\./, hidden: true });
  await user.click(there);
  await waitFor(() => expect(listed).toBe(2));
  expect(asked).toEqual({ org: 'acme' });
  await waitFor(() => expect(screen.queryByRole('link', { name: 'Audit log' })).toBeNull());
});

test('another is made, and entered', async () => {
  const made = { id: 'org_03', slug: 'acme-tools', name: 'Acme Tools', plan: 'hobby' };
  const who = signIn(me);
  const sent: unknown[] = [];
  host.use(
    http.post('*/v1/orgs', async ({ request }) => {
      const body = (await request.json()) as { slug: string };
      sent.push(body);
      if (body.slug !== made.slug) return refuse(409, 'slug_taken', 'the slug "acme" is taken');
      return HttpResponse.json(made, { status: 201 });
    }),
    http.put('*/v1/me/org', () => {
      who.me = { ...me, org: made };
      return HttpResponse.json(who.me);
    }),
  );
  const { user, router } = openApp('/organisation/new');
  await user.type(await screen.findByLabelText('Name'), 'Acme');
  const address = screen.getByLabelText('Address');
  expect(address).toHaveValue('acme');
  await user.click(screen.getByRole('button', { name: 'Make organisation' }));
  await waitFor(() => expect(address).toHaveAccessibleDescription('the slug "acme" is taken'));
  await user.type(address, '-tools');
  await user.click(screen.getByRole('button', { name: 'Make organisation' }));
  await waitFor(() => expect(router.state.location.pathname).toBe('/organisation'));
  expect(sent).toEqual([
    { name: 'Acme', slug: 'acme' },
    { name: 'Acme', slug: 'acme-tools' },
  ]);
  expect(await screen.findByText(/Acme Tools\. The URLs of its servers/)).toBeVisible();
});

test('what another tab has gone to is noticed, and everything read anew', async () => {
  const who = signIn(me);
  let listed = 0;
  host.use(
    http.get('*/v1/servers', () => {
      listed += 1;
      return HttpResponse.json({ servers: [] });
    }),
  );
  openApp('/servers');
  await screen.findByText('No servers yet');
  who.me = { ...me, org: { id: 'org_02', slug: 'acme', name: 'Acme, Inc.', plan: 'pro' } };
  window.dispatchEvent(new Event('visibilitychange'));
  expect(await screen.findByText('Acme, Inc.')).toBeVisible();
  await waitFor(() => expect(listed).toBeGreaterThan(1));
});
