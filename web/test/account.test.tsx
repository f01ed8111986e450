import { screen, waitFor } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { afterEach, expect, test, vi } from 'vitest';
import { identities, me, passkeys, ways } from './fixtures';
import { host, refuse, signedOut } from './host';
import { openApp } from './render';

/** A browser that can, whose person chooses the passkey `answer`, or none. */
function withAuthenticator(answer: object | null) {
  class FakeCredential {
    static parseRequestOptionsFromJSON = (options: unknown) => options;
    static parseCreationOptionsFromJSON = (options: unknown) => options;
    toJSON = () => answer;
  }
  const ask = async () => {
    if (answer) return new FakeCredential();
    throw new DOMException('The operation was cancelled.', 'NotAllowedError');
  };
  vi.stubGlobal('PublicKeyCredential', FakeCredential);
  Object.defineProperty(navigator, 'credentials', { configurable: true, value: { get: ask, create: ask } });
}

afterEach(() => {
  vi.unstubAllGlobals();
  Reflect.deleteProperty(navigator, 'credentials');
});

const withWays = http.get('*/v1/auth/providers', () => HttpResponse.json(ways));

test('other ways to sign in are offered where there are any', async () => {
  host.use(signedOut, withWays);
  withAuthenticator({});
  openApp('/sign-in');
  expect(await screen.findByRole('button', { name: 'Continue with Example Corp' })).toBeVisible();
  expect(screen.getByRole('button', { name: 'Continue with GitHub' })).toBeVisible();
  expect(screen.getByRole('button', { name: 'Sign in with a passkey' })).toBeVisible();
});

test('a browser without passkeys is not offered one', async () => {
  host.use(signedOut, withWays);
  openApp('/sign-in');
  expect(await screen.findByRole('button', { name: 'Continue with GitHub' })).toBeVisible();
  expect(screen.queryByRole('button', { name: 'Sign in with a passkey' })).toBeNull();
});

test('a provider that is down says so, and the mailed link stays', async () => {
  const detail = 'GitHub does not answer just now.';
  let asked: unknown;
  host.use(
    signedOut,
    withWays,
    http.post('*/v1/auth/providers/github/start', async ({ request }) => {
      asked = await request.json();
      return refuse(503, 'provider_unavailable', detail);
    }),
  );
  const { user } = openApp('/sign-in?next=%2Foauth%2Fauthorize%3Fclient_id%3Da');
  await user.click(await screen.findByRole('button', { name: 'Continue with GitHub' }));
  expect(await screen.findByText(detail)).toBeVisible();
  expect(asked).toEqual({ next: '/oauth/authorize?client_id=a' });
  expect(screen.getByLabelText('Mail address')).toBeVisible();
});

test('what a provider brings is sent on once, as it came', async () => {
  let brought: unknown[] = [];
  let signedIn = false;
  host.use(
    http.get('*/v1/auth/me', () => (signedIn ? HttpResponse.json(me) : refuse(401, 'not_signed_in', 'Sign in.'))),
    http.post('*/v1/auth/providers/corp/callback', async ({ request }) => {
      brought = [...brought, await request.json()];
      signedIn = true;
      return HttpResponse.json({ outcome: 'signedIn', ...me, next: null });
    }),
  );
  const { router } = openApp(
    '/sign-in/callback/corp?state=007&code=1e3&iss=https%3A%2F%2Fcorp.example&session_state=x',
  );
  expect(await screen.findByRole('heading', { name: 'What should your server do?' })).toBeVisible();
  expect(brought).toEqual([{ state: '007', code: '1e3', iss: 'https://corp.example' }]);
  expect(router.state.location.pathname).toBe('/');
});

test('a sign-in that is refused says why, with other ways', async () => {
  const detail = 'This sign-in was begun in another browser.';
  host.use(
    signedOut,
    withWays,
    http.post('*/v1/auth/providers/corp/callback', () => refuse(403, 'sign_in_other_browser', detail)),
  );
  openApp('/sign-in/callback/corp?state=a&error=access_denied');
  expect(await screen.findByText(detail)).toBeVisible();
  expect(await screen.findByRole('button', { name: 'Continue with GitHub' })).toBeVisible();
  expect(screen.getByLabelText('Mail address')).toBeVisible();
});

test('an account that is there already is asked, by a click on the mailed link', async () => {
  let agreed: unknown[] = [];
  host.use(
    signedOut,
    http.post('*/v1/auth/providers/corp/callback', () =>
      HttpResponse.json({ outcome: 'consentMailed', label: 'Example Corp' }),
    ),
    http.post('*/v1/auth/identities/agree', async ({ request }) => {
      agreed = [...agreed, await request.json()];
      return HttpResponse.json({ ...me, next: null });
    }),
  );
  const first = openApp('/sign-in/callback/corp?state=a&code=b');
  expect(await screen.findByText('There is an account with your address already')).toBeVisible();
  first.unmount();
  const { user } = openApp('/sign-in/connect?token=0012e5');
  const button = await screen.findByRole('button', { name: 'Connect and sign in' });
  expect(agreed).toEqual([]);
  await user.click(button);
  await waitFor(() => expect(agreed).toEqual([{ token: '0012e5' }]));
});

test('a passkey signs in', async () => {
  let answered: unknown;
  let signedIn = false;
  host.use(
    withWays,
    http.get('*/v1/auth/me', () => (signedIn ? HttpResponse.json(me) : refuse(401, 'not_signed_in', 'Sign in.'))),
    http.post('*/v1/auth/passkeys/challenge', () => HttpResponse.json({ token: 't', publicKey: { challenge: 'c' } })),
    http.post('*/v1/auth/passkeys', async ({ request }) => {
      answered = await request.json();
      signedIn = true;
      return HttpResponse.json({ ...me, next: null });
    }),
  );
  withAuthenticator({ id: 'key' });
  const { user } = openApp('/sign-in');
  await user.click(await screen.findByRole('button', { name: 'Sign in with a passkey' }));
  expect(await screen.findByRole('heading', { name: 'What should your server do?' })).toBeVisible();
  expect(answered).toEqual({ token: 't', credential: { id: 'key' } });
});

test('a passkey that is not given is no failure of the page', async () => {
  host.use(
    signedOut,
    withWays,
    http.post('*/v1/auth/passkeys/challenge', () => HttpResponse.json({ token: 't', publicKey: {} })),
  );
  withAuthenticator(null);
  const { user } = openApp('/sign-in');
  await user.click(await screen.findByRole('button', { name: 'Sign in with a passkey' }));
  expect(await screen.findByText(/No passkey was used/)).toBeVisible();
  expect(screen.getByText('passkey_cancelled')).toBeVisible();
});

test('passkeys are added, renamed and removed', async () => {
  let kept = [...passkeys];
  const sent: unknown[] = [];
  host.use(
    withWays,
    http.get('*/v1/me/passkeys', () => HttpResponse.json({ passkeys: kept })),
    http.post('*/v1/me/passkeys/challenge', () => HttpResponse.json({ token: 't', publicKey: {} })),
    http.post('*/v1/me/passkeys', async ({ request }) => {
      const body = (await request.json()) as { name: string };
      sent.push(body);
      kept = [...kept, { id: 'psk_03', name: body.name, createdAt: '2026-11-21T12:00:00Z', lastUsedAt: null }];
      return HttpResponse.json(kept.at(-1), { status: 201 });
    }),
    http.patch('*/v1/me/passkeys/psk_01', async ({ request }) => {
      const { name } = (await request.json()) as { name: string };
      kept = kept.map((passkey) => (passkey.id === 'psk_01' ? { ...passkey, name } : passkey));
      return HttpResponse.json(kept[0]);
    }),
    http.delete('*/v1/me/passkeys/psk_02', () => {
      kept = kept.filter(({ id }) => id !== 'psk_02');
      return new HttpResponse(null, { status: 204 });
    }),
  );
  withAuthenticator({ id: 'key' });
  const { user } = openApp('/account');
  const name = await screen.findByLabelText('Name of the new passkey');
  await user.clear(name);
  await user.type(name, ' phone ');
  await user.click(screen.getByRole('button', { name: 'Add a passkey' }));
  expect(await screen.findByText('phone')).toBeVisible();
  expect(sent).toEqual([{ token: 't', name: 'phone', credential: { id: 'key' } }]);

  await user.click(screen.getByRole('button', { name: 'Rename Mac' }));
  await user.clear(screen.getByLabelText('New name of Mac'));
  await user.type(screen.getByLabelText('New name of Mac'), 'Old Mac');
  await user.click(screen.getByRole('button', { name: 'Save name' }));
  expect(await screen.findByText('Old Mac')).toBeVisible();

  await user.click(screen.getByRole('button', { name: 'Remove The grey key in the second drawer' }));
  await user.click(screen.getByRole('button', { name: 'Cancel' }));
  expect(screen.getByRole('button', { name: 'Remove The grey key in the second drawer' })).toHaveFocus();
  await user.click(screen.getByRole('button', { name: 'Remove The grey key in the second drawer' }));
  expect(kept).toHaveLength(3);
  await user.click(screen.getByRole('button', { name: 'Remove The grey key in the second drawer now' }));
  await waitFor(() => expect(screen.queryByText('The grey key in the second drawer')).toBeNull());
});

test('connected accounts are shown and disconnected after a question', async () => {
  let kept = identities;
  host.use(
    withWays,
    http.get('*/v1/me/identities', () => HttpResponse.json({ identities: kept })),
    http.delete('*/v1/me/identities/idn_01', () => {
      kept = [];
      return new HttpResponse(null, { status: 204 });
    }),
  );
  const { user } = openApp('/account');
  expect(await screen.findByRole('button', { name: 'Connect Example Corp' })).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Disconnect GitHub as countess-of-lovelace' }));
  expect(kept).toHaveLength(1);
  await user.click(screen.getByRole('button', { name: 'Disconnect GitHub as countess-of-lovelace now' }));
  await waitFor(() => expect(screen.queryByText('countess-of-lovelace')).toBeNull());
});

test('where passkeys cannot be, the page says what they need', async () => {
  openApp('/account');
  expect(await screen.findByText(/Passkeys need Cloche at a name/)).toBeVisible();
  expect(screen.queryByRole('heading', { name: 'Connected accounts' })).toBeNull();
});
