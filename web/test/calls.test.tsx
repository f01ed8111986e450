import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import { host, refuse } from './host';
import { call, callDetail, calls, failedCall, planted, usage } from './oneServer';
import { openApp } from './render';

const page = '/servers/srv_01/calls';

test('a call leads to what it used, asked and wrote', async () => {
  host.use(http.get('*/v1/servers/srv_01/calls/cal_02', () => HttpResponse.json(callDetail(failedCall))));
  const { user } = openApp(page);
  const list = await screen.findByRole('list', { name: 'Calls' });
  expect(within(list).getAllByRole('listitem')).toHaveLength(3);
  expect(list).toHaveTextContent('Tried here');
  expect(list).toHaveTextContent('API key');
  await user.click(within(list).getByRole('link', { name: 'read_page' }));
  expect(await screen.findByText('What the client was told')).toBeVisible();
  expect(screen.getByText('evil.example is not granted')).toBeVisible();
  expect(screen.getByRole('region', { name: 'Log, 2 lines' })).toHaveTextContent('3 pages have no title');
});

test('filters are part of the address, and an empty answer leads back to all', async () => {
  host.use(
    http.get('*/v1/servers/srv_01/calls', ({ request }) => {
      const { searchParams } = new URL(request.url);
      const none = searchParams.get('outcome') === 'fuel' && searchParams.get('tool') === 'read_page';
      return HttpResponse.json({ calls: none ? [] : calls, nextCursor: null });
    }),
  );
  const { user, router } = openApp(page);
  await user.selectOptions(await screen.findByLabelText('Tool'), 'read_page');
  await user.selectOptions(screen.getByLabelText('Outcome'), 'Out of fuel');
  expect(await screen.findByText('No calls are like that.')).toBeVisible();
  expect(router.state.location.search).toEqual({ tool: 'read_page', outcome: 'fuel' });
  await user.click(screen.getByRole('button', { name: 'Show all' }));
  expect(await screen.findByRole('list', { name: 'Calls' })).toBeVisible();
  expect(router.state.location.href).toBe(page);
});

test('new calls appear by themselves until that is switched off', async () => {
  let now = [call()];
  host.use(http.get('*/v1/servers/srv_01/calls', () => HttpResponse.json({ calls: now, nextCursor: null })));
  const { user } = openApp(page);
  await screen.findByRole('link', { name: 'search_pages' });
  now = [failedCall, ...now];
  expect(await screen.findByRole('link', { name: 'read_page' }, { timeout: 6_000 })).toBeVisible();
  const live = screen.getByRole('button', { name: 'Live' });
  expect(live).toHaveAttribute('aria-pressed', 'true');
  await user.click(live);
  expect(live).toHaveAttribute('aria-pressed', 'false');
});

test('older calls are fetched when asked for', async () => {
  host.use(
    http.get('*/v1/servers/srv_01/calls', ({ request }) =>
      new URL(request.url).searchParams.get('cursor') === 'cal_01'
        ? HttpResponse.json({ calls: [failedCall], nextCursor: null })
        : HttpResponse.json({ calls: [call()], nextCursor: 'cal_01' }),
    ),
  );
  const { user } = openApp(page);
  await user.click(await screen.findByRole('button', { name: 'Show older calls' }));
  expect(await screen.findByRole('link', { name: 'read_page' })).toBeVisible();
});

test('logs are shown call by call, and what looks like markup is text', async () => {
  host.use(
    http.get('*/v1/servers/srv_01/logs', () =>
      HttpResponse.json({
        calls: [{ call: 'cal_01', tool: planted, lines: [{ atMs: 0, level: 'error', message: planted }] }],
        nextCursor: null,
      }),
    ),
    http.get('*/v1/servers/srv_01/calls', () =>
      HttpResponse.json({ calls: [call({ tool: planted, client: planted, error: planted })], nextCursor: null }),
    ),
  );
  const { user } = openApp(page);
  expect(await screen.findByRole('link', { name: planted })).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Logs' }));
  expect(await screen.findByRole('list', { name: 'Logs' })).toHaveTextContent(planted);
  expect(document.querySelector('img')).toBeNull();
});

test('what fails is said in the host’s words', async () => {
  host.use(http.get('*/v1/servers/srv_01/calls', () => refuse(500, 'internal', 'Something failed on our side.')));
  const { unmount } = openApp(page);
  expect(await screen.findByRole('alert')).toHaveTextContent('Something failed on our side.');
  unmount();
  const gone = 'there is no such call, or it is older than what is kept';
  host.use(http.get('*/v1/servers/srv_01/calls/cal_09', () => refuse(404, 'not_found', gone)));
  openApp(`${page}/cal_09`);
  expect(await screen.findByText(gone)).toBeVisible();
});

test('a session that ends while one looks is said so', async () => {
  host.use(http.get('*/v1/servers/srv_01/calls', () => refuse(401, 'unauthenticated', 'Sign in.')));
  openApp(page);
  await waitFor(() => expect(screen.getByText(/Your session has ended/)).toBeVisible());
});

test('the overview says what today came to', async () => {
  const day = new Date().toISOString();
  host.use(
    http.get('*/v1/servers/srv_01/calls', () =>
      HttpResponse.json({
        calls: [50, 100, 400].map((wallMs, i) => call({ id: `cal_${i}`, startedAt: day, wallMs })),
        nextCursor: null,
      }),
    ),
    http.get('*/v1/usage', ({ request }) => {
      expect(new URL(request.url).searchParams.get('server')).toBe('srv_01');
      const days = usage().days.map((of, i) => (i === 29 ? { day: day.slice(0, 10), calls: 44, errors: 3 } : of));
      return HttpResponse.json({ days });
    }),
  );
  openApp('/servers/srv_01');
  const today = await screen.findByRole('region', { name: 'Today' });
  await waitFor(() => expect(today).toHaveTextContent(/Calls44Errors3p50.*100 msp95.*400 ms/));
  expect(today).toHaveTextContent('p50 and p95 are those of the newest 3 calls.');
  expect(within(today).getByRole('img')).toHaveAccessibleName(/calls in 30 days, 90 at most/);
});

test('the overview says why it has no figures', async () => {
  host.use(http.get('*/v1/usage', () => refuse(500, 'internal', 'Something failed on our side.')));
  const { unmount } = openApp('/servers/srv_01');
  expect(await screen.findByRole('alert')).toHaveTextContent('Something failed on our side.');
  expect(screen.getByRole('heading', { name: 'Tools' })).toBeVisible();
  unmount();
  host.use(http.get('*/v1/usage', () => HttpResponse.json(usage([]))));
  openApp('/servers/srv_01');
  expect(await screen.findByText(/No call in the last 30 days/)).toBeVisible();
});
