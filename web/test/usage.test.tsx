import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import { host, refuse } from './host';
import { as, noUse, plans, standing, subscribed, usage } from './organisation';
import { openApp } from './render';

const unbilled = http.get('*/v1/billing', () => refuse(404, 'billing_off', 'This platform has no such thing.'));
const used = http.get('*/v1/usage', () => HttpResponse.json(usage()));
const sold = http.get('*/v1/billing/plans', () => HttpResponse.json({ plans }));

test('each limit says what is used and when it is free again', async () => {
  host.use(unbilled, used);
  openApp('/usage');
  const drafts = (await screen.findByText('Drafts today')).parentElement as HTMLElement;
  expect(within(drafts).getByText('20')).toBeVisible();
  expect(within(drafts).getByText('of 20')).toBeVisible();
  expect(within(drafts).getByText(/Used up/)).toBeVisible();
  expect(screen.getByText('no limit')).toBeVisible();
  expect(screen.getByText('Room for 1 more')).toBeVisible();
});

test('the days are drawn, with a summary and a table that say the same', async () => {
  host.use(unbilled, used);
  openApp('/usage');
  expect(await screen.findByRole('img', { name: /calls in 30 days, at most 207 on one day/ })).toBeVisible();
  const table = screen.getByRole('region', { name: 'Use by day', hidden: true });
  const last = within(table).getByRole('row', { name: /^2026-11-21/, hidden: true });
  expect(last).toHaveTextContent('2026-11-2118401');
});

test('the days of one server are asked for by its id, which stands in the address', async () => {
  const asked: string[] = [];
  host.use(
    unbilled,
    http.get('*/v1/usage', ({ request }) => {
      asked.push(new URL(request.url).search);
      return HttpResponse.json(usage());
    }),
  );
  const { user, router } = openApp('/usage');
  await user.click(await screen.findByRole('button', { name: 'By day: Echo' }));
  await waitFor(() => expect(router.state.location.searchStr).toBe('?server=srv_02'));
  await waitFor(() => expect(asked).toEqual(['', '?server=srv_02']));
  expect(screen.getByLabelText('Server')).toHaveValue('srv_02');
});

test('a server that is gone leads back to all of them', async () => {
  host.use(
    unbilled,
    http.get('*/v1/usage', ({ request }) =>
      new URL(request.url).search === ''
        ? HttpResponse.json(usage())
        : refuse(404, 'not_found', 'there is no such server in your organisation'),
    ),
  );
  const { user } = openApp('/usage?server=srv_99');
  expect(await screen.findByText('there is no such server in your organisation')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Show all servers' }));
  expect(await screen.findByText('Drafts today')).toBeVisible();
});

test('where nothing is billed, nothing mentions money', async () => {
  host.use(
    unbilled,
    http.get('*/v1/usage', () => HttpResponse.json(noUse)),
  );
  openApp('/usage');
  expect(await screen.findByText(/Nothing yet/)).toBeVisible();
  expect(screen.queryByRole('heading', { name: 'Plan' })).toBeNull();
  expect(document.body).not.toHaveTextContent(/€|upgrade|paid|invoice/i);
});

test('an owner sees plans and prices; a checkout that fails says why', async () => {
  const sent: unknown[] = [];
  const detail = 'Stripe cannot be reached, and nothing was changed: try again in a moment';
  host.use(
    used,
    sold,
    http.get('*/v1/billing', () => HttpResponse.json(standing())),
    http.post('*/v1/billing/checkout', async ({ request }) => {
      sent.push(await request.json());
      return refuse(503, 'billing_unavailable', detail);
    }),
  );
  const { user } = openApp('/usage');
  expect(await screen.findByText('€20')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'By the year' }));
  expect(screen.getByText('€192.50')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Upgrade to Pro' }));
  expect(await screen.findByText(detail)).toBeVisible();
  expect(sent).toEqual([{ plan: 'pro', interval: 'year' }]);
  expect(screen.queryByRole('button', { name: 'Upgrade to Hobby' })).toBeNull();
});

test('who has subscribed goes to the portal, and is offered no second subscription', async () => {
  host.use(
    used,
    sold,
    http.get('*/v1/billing', () => HttpResponse.json(subscribed)),
    http.post('*/v1/billing/portal', () => refuse(409, 'not_subscribed', 'not subscribed yet')),
  );
  const { user } = openApp('/usage');
  expect(await screen.findByText(/paid by the month/)).toBeVisible();
  expect(screen.queryByRole('button', { name: /^Upgrade/ })).toBeNull();
  await user.click(screen.getByRole('button', { name: 'Change, cancel or see invoices' }));
  expect(await screen.findByText('not subscribed yet')).toBeVisible();
});

test('a payment that is overdue says until when the plan stays', async () => {
  const late = { status: 'past_due', pastDueSince: '2026-11-19T10:00:00Z', graceEndsAt: '2026-11-26T10:00:00Z' };
  const subscription = { ...(subscribed.subscription as NonNullable<typeof subscribed.subscription>), ...late };
  host.use(
    used,
    sold,
    http.get('*/v1/billing', () => HttpResponse.json({ ...subscribed, subscription })),
  );
  openApp('/usage');
  expect(await screen.findByText(/A payment is overdue since/)).toHaveTextContent('November 19, 2026');
  expect(screen.getByText(/Pro stays until/)).toHaveTextContent('November 26, 2026');
  expect(screen.getByRole('button', { name: 'Pay in the portal' })).toBeVisible();
});

test('a viewer sees the plans, and buys none', async () => {
  host.use(
    used,
    sold,
    http.get('*/v1/auth/me', () => HttpResponse.json(as('viewer'))),
    http.get('*/v1/billing', () => HttpResponse.json(standing({ portal: true }))),
  );
  openApp('/usage');
  expect(await screen.findByText('€20')).toBeVisible();
  expect(screen.getByText('An owner of the organisation decides on its plan.')).toBeVisible();
  expect(screen.queryByRole('button', { name: /Upgrade|invoices/ })).toBeNull();
});
