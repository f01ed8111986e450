import { act, screen, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { afterEach, expect, test, vi } from 'vitest';
import { PAUSE } from '@/features/status/api';
import { host, refuse } from './host';
import { openApp } from './render';
import { status } from './status';

afterEach(() => vi.useRealTimers());

test('everyone sees how each part is', async () => {
  host.use(
    http.get('*/v1/auth/me', () => refuse(401, 'not_signed_in', 'Sign in.')),
    http.get('*/v1/status', () => HttpResponse.json(status())),
  );
  openApp('/status');
  expect(await screen.findByRole('heading', { name: 'Everything works' })).toBeVisible();
  const parts = within(screen.getByRole('list', { name: 'Parts' })).getAllByRole('listitem');
  expect(parts).toHaveLength(6);
  expect(parts[1]).toHaveTextContent('Database');
  expect(parts[1]).toHaveTextContent('Works');
  expect(parts[1]).toHaveTextContent('15 ms');
});

test('a platform that is down says so itself, whatever status its answer has', async () => {
  const down = status({
    database: { state: 'down', detail: 'no answer within 2 s <b>' },
    later: { state: 'degraded' },
  });
  host.use(
    http.get('*/v1/auth/me', () => refuse(503, 'unavailable', 'The database does not answer.')),
    http.get('*/v1/billing/plans', () => refuse(503, 'unavailable', 'The database does not answer.')),
    http.get('*/v1/status', () => HttpResponse.json({ ...down, status: 'down' }, { status: 503 })),
  );
  openApp('/status');
  expect(await screen.findByRole('heading', { name: 'The platform is down' })).toBeVisible();
  const parts = within(screen.getByRole('list', { name: 'Parts' })).getAllByRole('listitem');
  expect(parts[1]).toHaveTextContent('Does not answer');
  expect(parts[1]).toHaveTextContent('No answer within 2 s <b>');
  expect(parts[1]).toHaveTextContent('nobody can sign in');
  // A part that this version does not know.
  expect(parts[6]).toHaveTextContent('later');
  expect(parts[6]).toHaveTextContent('Slow or partly failing');
});

test('it is asked again by itself, and says when there is no answer at all', async () => {
  let reachable = true;
  let asked = 0;
  host.use(
    http.get('*/v1/status', () => {
      asked += 1;
      return reachable ? HttpResponse.json(status()) : HttpResponse.error();
    }),
  );
  vi.useFakeTimers({ shouldAdvanceTime: true });
  openApp('/status');
  expect(await screen.findByRole('heading', { name: 'Everything works' })).toBeVisible();
  reachable = false;
  await act(() => vi.advanceTimersByTimeAsync(PAUSE));
  expect(await screen.findByText('The platform cannot be reached')).toBeVisible();
  expect(screen.getByRole('heading', { name: 'What it said last' })).toBeVisible();
  expect(screen.queryByText('Everything works')).toBeNull();
  expect(asked).toBe(2);
  reachable = true;
  await act(() => vi.advanceTimersByTimeAsync(PAUSE));
  expect(await screen.findByRole('heading', { name: 'Everything works' })).toBeVisible();
  expect(screen.queryByRole('alert')).toBeNull();
});

test('an answer that says nothing of it is shown as what it is', async () => {
  host.use(http.get('*/v1/status', () => refuse(404, 'not_found', 'There is no such route.')));
  openApp('/status');
  expect(await screen.findByRole('alert')).toHaveTextContent('There is no such route.');
  expect(screen.getByRole('button', { name: 'Check now' })).toBeVisible();
});
