import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import { example } from '@/features/landing/example';
import { me } from './fixtures';
import { host, refuse, signedOut } from './host';
import { openApp } from './render';

test('who is not signed in is told what this is, and by what card', async () => {
  host.use(signedOut);
  openApp('/');
  expect(await screen.findByRole('heading', { level: 1 })).toHaveTextContent('Get an MCP server at a URL');
  const card = screen.getByRole('region', { name: 'Example: what GitHub issues can do' });
  expect(card).toHaveTextContent('GITHUB_TOKEN only toward api.github.com');
  expect(card).toHaveTextContent('nothing else');
  expect(
    screen.getByText('claude mcp add --transport http weather http://127.0.0.1:8787/mcp/you/weather'),
  ).toBeVisible();
  expect(within(screen.getByRole('region', { name: 'How it works' })).getAllByRole('listitem')).toHaveLength(3);
  const about = within(screen.getByRole('navigation', { name: 'About Cloche' }));
  for (const [name, path] of [
    ['Docs', '/docs'],
    ['API', '/docs/api'],
    ['Templates', '/templates'],
    ['Security', '/security'],
    ['Status', '/status'],
    ['Changelog', '/changelog'],
  ] as const) {
    expect(about.getByRole('link', { name })).toHaveAttribute('href', path);
  }
  expect(about.queryByRole('link', { name: 'Pricing' })).toBeNull();
});

test('its example is the one of the starter library', () => {
  const file = join(import.meta.dirname, '../../guest-sdk/examples/github-issues/spec.json');
  const spec = JSON.parse(readFileSync(file, 'utf8')) as typeof example;
  expect(spec.name).toBe(example.name);
  expect(spec.allowedHosts).toEqual(example.allowedHosts);
  const bound = ({ key, hosts }: { key: string; hosts: string[] }) => ({ key, hosts });
  expect(spec.requiredSecrets.map(bound)).toEqual(example.requiredSecrets.map(bound));
});

test('it leads to the sign-in, and who has signed in finds the page to begin at', async () => {
  let signedIn = false;
  host.use(
    http.get('*/v1/auth/me', () => (signedIn ? HttpResponse.json(me) : refuse(401, 'not_signed_in', 'Sign in.'))),
  );
  const { user, router } = openApp('/');
  await user.click(await screen.findByRole('link', { name: 'Sign in or start' }));
  expect(await screen.findByLabelText('Mail address')).toBeVisible();
  expect(router.state.location.pathname).toBe('/sign-in');
  signedIn = true;
  window.dispatchEvent(new Event('visibilitychange'));
  await user.click(await screen.findByRole('button', { name: 'Continue' }));
  expect(await screen.findByRole('heading', { name: 'What should your server do?' })).toBeVisible();
  expect(router.state.location.pathname).toBe('/');
});

test('every other page asks to sign in where it stands', async () => {
  host.use(signedOut);
  const { router } = openApp('/usage?server=srv_01');
  expect(await screen.findByRole('heading', { name: 'Sign in or start' })).toBeVisible();
  expect(router.state.location.href).toBe('/usage?server=srv_01');
});

test('a page that is not there says so, to everyone', async () => {
  host.use(signedOut);
  openApp('/nonsense');
  expect(await screen.findByRole('heading', { name: 'There is no such page' })).toBeVisible();
  await waitFor(() => expect(screen.getByRole('link', { name: 'Sign in' })).toBeVisible());
  expect(screen.getByRole('link', { name: 'Go to the start' })).toHaveAttribute('href', '/');
});

test('a member goes on to their servers from there', async () => {
  openApp('/nonsense');
  expect(await screen.findByRole('link', { name: 'Go to your servers' })).toHaveAttribute('href', '/servers');
});

test('on a phone, a member finds the documentation in the menu', async () => {
  host.use(http.get('*/v1/me/orgs', () => HttpResponse.json({ orgs: [] })));
  openApp('/servers');
  await screen.findByRole('button', { name: /^Account of/ });
  const menu = document.getElementById('account') as HTMLElement;
  fireEvent(menu, Object.assign(new Event('beforetoggle'), { newState: 'open' }));
  expect(await within(menu).findByRole('link', { name: 'Docs', hidden: true })).toHaveAttribute('href', '/docs');
});
