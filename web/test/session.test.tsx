import { screen, waitFor } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import { me, ways } from './fixtures';
import { host, refuse, signedOut } from './host';
import { openApp } from './render';

test('a link is asked for by mail address', async () => {
  let asked: unknown;
  host.use(
    signedOut,
    http.post('*/v1/auth/magic-link', async ({ request }) => {
      asked = await request.json();
      return new HttpResponse(null, { status: 202 });
    }),
  );
  const { user } = openApp('/servers');
  await user.type(await screen.findByLabelText('Mail address'), 'ada');
  await user.click(screen.getByRole('button', { name: 'Send sign-in link' }));
  expect(screen.getByText('Write an address like name@example.com.')).toBeVisible();
  await user.type(screen.getByLabelText('Mail address'), '@example.com');
  await user.click(screen.getByRole('button', { name: 'Send sign-in link' }));
  expect(await screen.findByText('Link sent')).toBeVisible();
  expect(asked).toEqual({ email: 'ada@example.com' });
});

test('a link is spent by a click, not by being opened', async () => {
  let consumed: unknown[] = [];
  let signedIn = false;
  host.use(
    http.get('*/v1/auth/me', () => (signedIn ? HttpResponse.json(me) : refuse(401, 'unauthenticated', 'Sign in.'))),
    http.post('*/v1/auth/magic-link/consume', async ({ request }) => {
      consumed = [...consumed, await request.json()];
      signedIn = true;
      return HttpResponse.json({ ...me, next: null });
    }),
  );
  const { user, router } = openApp('/sign-in?token=0012e5');
  const button = await screen.findByRole('button', { name: 'Sign in' });
  expect(consumed).toEqual([]);
  await user.click(button);
  expect(await screen.findByRole('heading', { name: 'What should your server do?' })).toBeVisible();
  expect(consumed).toEqual([{ token: '0012e5' }]);
  expect(router.state.location.pathname).toBe('/');
});

test('a used link says so and offers a new one', async () => {
  host.use(
    signedOut,
    http.post('*/v1/auth/magic-link/consume', () => refuse(410, 'link_used', 'This link was used before.')),
  );
  const { user } = openApp('/sign-in?token=abc');
  await user.click(await screen.findByRole('button', { name: 'Sign in' }));
  expect(await screen.findByText('This link was used before.')).toBeVisible();
  expect(screen.getByText('link_used')).toBeVisible();
  expect(screen.getByLabelText('Mail address')).toBeVisible();
});

test('an ended session keeps the draft for the same person only', async () => {
  let signedIn: typeof me | null = me;
  host.use(
    http.get('*/v1/auth/me', () =>
      signedIn ? HttpResponse.json(signedIn) : refuse(401, 'unauthenticated', 'Sign in.'),
    ),
    http.post('*/v1/servers/preview/stream', () => refuse(401, 'unauthenticated', 'Sign in.')),
  );
  const { user, unmount } = openApp('/');
  await user.type(await screen.findByLabelText('Describe the server'), 'Weather');
  signedIn = null;
  await user.click(screen.getByRole('button', { name: 'Draft tools' }));
  expect(await screen.findByText(/Your session has ended/)).toBeVisible();

  signedIn = me;
  window.dispatchEvent(new Event('visibilitychange'));
  expect(await screen.findByLabelText('Describe the server')).toHaveValue('Weather');

  signedIn = { ...me, user: { ...me.user, id: 'usr_02', email: 'eve@example.com' } };
  unmount();
  openApp('/');
  expect(await screen.findByLabelText('Describe the server')).toHaveValue('');
});

test('signing out forgets drafts', async () => {
  host.use(http.post('*/v1/auth/logout', () => new HttpResponse(null, { status: 204 })));
  const { user } = openApp('/');
  await user.type(await screen.findByLabelText('Describe the server'), 'Weather');
  await user.click(screen.getByRole('button', { name: 'Sign out', hidden: true }));
  expect(await screen.findByRole('link', { name: 'Sign in or start' })).toBeVisible();
  expect(sessionStorage).toHaveLength(0);
});

test('a sign-in that an application asked for leads back to it', async () => {
  let asked: unknown;
  let signedIn = false;
  host.use(
    http.get('*/v1/auth/me', () => (signedIn ? HttpResponse.json(me) : refuse(401, 'not_signed_in', 'Sign in.'))),
    http.post('*/v1/auth/magic-link', async ({ request }) => {
      asked = await request.json();
      return HttpResponse.json({ email: 'ada@example.com', expiresInMinutes: 15 }, { status: 202 });
    }),
  );
  const { user } = openApp('/sign-in?next=%2Foauth%2Fauthorize%3Fclient_id%3Da');
  await user.type(await screen.findByLabelText('Mail address'), 'ada@example.com');
  await user.click(screen.getByRole('button', { name: 'Send sign-in link' }));
  await screen.findByText('Link sent');
  expect(asked).toEqual({ email: 'ada@example.com', next: '/oauth/authorize?client_id=a' });

  signedIn = true;
  window.dispatchEvent(new Event('visibilitychange'));
  expect(await screen.findByRole('button', { name: 'Continue' })).toBeVisible();
});

test('a sign-in leads nowhere else', async () => {
  const { user, router } = openApp('/sign-in?next=%2F.%2F%2Fevil.example%2F');
  await user.click(await screen.findByRole('button', { name: 'Continue' }));
  await waitFor(() => expect(router.state.location.pathname).toBe('/'));
});

test('an invitation is taken up by a click, after signing in', async () => {
  let accepted: unknown[] = [];
  let signedIn = false;
  host.use(
    http.get('*/v1/auth/me', () => (signedIn ? HttpResponse.json(me) : refuse(401, 'not_signed_in', 'Sign in.'))),
    http.post('*/v1/invites/accept', async ({ request }) => {
      accepted = [...accepted, await request.json()];
      return HttpResponse.json({ ...me, org: { ...me.org, name: 'Acme' } });
    }),
  );
  const { user, router } = openApp('/invite?token=abc');
  expect(await screen.findByLabelText('Mail address')).toBeVisible();
  signedIn = true;
  window.dispatchEvent(new Event('visibilitychange'));
  const button = await screen.findByRole('button', { name: 'Join the organisation' });
  expect(accepted).toEqual([]);
  await user.click(button);
  await waitFor(() => expect(router.state.location.pathname).toBe('/servers'));
  expect(accepted).toEqual([{ token: 'abc' }]);
  expect(await screen.findByText('Acme')).toBeVisible();
});

test('an invitation for another address says so and offers the way out', async () => {
  const detail = 'This invitation is for another mail address.';
  host.use(http.post('*/v1/invites/accept', () => refuse(403, 'invite_for_another', detail)));
  const { user } = openApp('/invite?token=abc');
  await user.click(await screen.findByRole('button', { name: 'Join the organisation' }));
  expect(await screen.findByText(detail)).toBeVisible();
  expect(screen.getByRole('button', { name: 'Sign out' })).toBeVisible();
});

test('an invitation offers every way to sign in, and each leads back to it', async () => {
  const asked: unknown[] = [];
  host.use(
    signedOut,
    http.get('*/v1/auth/providers', () => HttpResponse.json(ways)),
    http.post('*/v1/auth/providers/github/start', async ({ request }) => {
      asked.push(await request.json());
      return refuse(503, 'provider_unavailable', 'GitHub does not answer just now.');
    }),
    http.post('*/v1/auth/magic-link', async ({ request }) => {
      asked.push(await request.json());
      return new HttpResponse(null, { status: 202 });
    }),
  );
  const { user } = openApp('/invite?token=a%26b');
  await user.click(await screen.findByRole('button', { name: 'Continue with GitHub' }));
  expect(await screen.findByText('GitHub does not answer just now.')).toBeVisible();
  await user.type(screen.getByLabelText('Mail address'), 'ada@example.com');
  await user.click(screen.getByRole('button', { name: 'Send sign-in link' }));
  await screen.findByText('Link sent');
  const next = '/invite?token=a%26b';
  expect(asked).toEqual([{ next }, { email: 'ada@example.com', next }]);
});
