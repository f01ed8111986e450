import { screen, waitFor } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import type { ServerDetail } from '@/lib/contract';
import { detail, me } from './fixtures';
import { host, refuse } from './host';
import { openApp } from './render';

const page = '/servers/srv_01/settings';

/** A server that remembers what is done to it. */
function remembering(begin: Partial<ServerDetail> = {}) {
  let now = detail(begin);
  const done: unknown[] = [];
  host.use(
    http.get('*/v1/servers/srv_01', () => HttpResponse.json(now)),
    http.patch('*/v1/servers/srv_01', async ({ request }) => {
      const change = (await request.json()) as Partial<ServerDetail>;
      done.push(change);
      now = { ...now, ...change };
      now.description ??= 'What the version says.';
      return HttpResponse.json(now);
    }),
    http.post('*/v1/servers/srv_01/:what', ({ params }) => {
      done.push(params.what);
      now = { ...now, status: params.what === 'pause' ? 'paused' : 'live' };
      return new HttpResponse(null, { status: 204 });
    }),
  );
  return done;
}

test('name and description are changed, and only what changed is sent', async () => {
  const done = remembering();
  const { user } = openApp(page);
  const name = await screen.findByLabelText('Name');
  await user.clear(name);
  expect(name).toHaveAccessibleDescription('A server needs a name.');
  await user.type(name, 'Team notes{Enter}');
  expect(await screen.findByRole('heading', { name: 'Team notes' })).toBeVisible();
  expect(screen.getByText('Saved.')).toBeVisible();
  await user.clear(screen.getByLabelText('Description'));
  await user.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(done).toEqual([{ name: 'Team notes' }, { description: null }]));
  await waitFor(() => expect(screen.getByLabelText('Description')).toHaveValue('What the version says.'));
});

test('a name that is refused says why, beside the form', async () => {
  remembering();
  host.use(
    http.patch('*/v1/servers/srv_01', () =>
      refuse(422, 'text_invalid', 'the server’s name has a hidden character: remove it'),
    ),
  );
  const { user } = openApp(page);
  await user.type(await screen.findByLabelText('Name'), '!{Enter}');
  expect(await screen.findByRole('alert')).toHaveTextContent('the server’s name has a hidden character');
  expect(screen.getByLabelText('Name')).toHaveValue('Notion notes!');
});

test('a server is paused and resumed', async () => {
  const done = remembering();
  const { user } = openApp(page);
  await user.click(await screen.findByRole('button', { name: 'Pause notion-notes' }));
  expect(await screen.findByText(/This server is paused/)).toBeVisible();
  await user.click(await screen.findByRole('button', { name: 'Resume notion-notes' }));
  expect(await screen.findByRole('button', { name: 'Pause notion-notes' })).toBeVisible();
  expect(done).toEqual(['pause', 'resume']);
});

test('who may only look is told so, and what was taken down cannot be resumed', async () => {
  remembering({ status: 'paused', takenDown: true });
  const { unmount } = openApp(page);
  expect(await screen.findByText(/it cannot be resumed/)).toBeVisible();
  expect(screen.queryByRole('button', { name: /Resume/ })).toBeNull();
  unmount();
  host.use(http.get('*/v1/auth/me', () => HttpResponse.json({ ...me, role: 'viewer' })));
  openApp(page);
  expect(await screen.findByText(/may look but not change this server/)).toBeVisible();
  expect(screen.queryByRole('button', { name: /Delete/ })).toBeNull();
});

test('each tab has its address, and says which it is', async () => {
  const { user, router } = openApp('/servers/srv_01');
  for (const [name, path] of [
    ['Try', '/try'],
    ['Versions', '/versions'],
    ['Calls', '/calls'],
    ['Settings', '/settings'],
    ['Overview', ''],
  ] as const) {
    await user.click(await screen.findByRole('link', { name }));
    await waitFor(() => expect(router.state.location.pathname).toBe(`/servers/srv_01${path}`));
    expect(screen.getByRole('link', { name })).toHaveAttribute('aria-current', 'page');
    const title = name === 'Overview' ? 'Notion notes · Cloche' : `${name} · Notion notes · Cloche`;
    await waitFor(() => expect(document.title).toBe(title));
  }
});
