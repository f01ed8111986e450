import { screen, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import { me, ways } from './fixtures';
import { host, refuse, signedOut } from './host';
import { plans } from './organisation';
import { openApp } from './render';

const sold = http.get('*/v1/billing/plans', () => HttpResponse.json({ plans }));

const selling = http.get('*/v1/auth/providers', () => HttpResponse.json(ways));

test('where plans are sold, everyone sees what each gives and costs', async () => {
  host.use(signedOut, sold, selling);
  const { user } = openApp('/');
  await user.click(await screen.findByRole('link', { name: 'Pricing' }));
  expect(await screen.findByRole('heading', { level: 1, name: 'Pricing' })).toBeVisible();
  const plans = await screen.findByRole('list', { name: 'Plans' });
  expect(within(plans).getByText('€20')).toBeVisible();
  expect(within(plans).getByText('64 MiB and 30 s a call')).toBeVisible();
  expect(within(plans).queryByRole('button')).toBeNull();
  expect(screen.queryByText('Your plan')).toBeNull();
  expect(screen.getByRole('link', { name: 'Sign in to choose' })).toHaveAttribute('href', '/sign-in?next=%2Fusage');
  await user.click(screen.getByRole('button', { name: 'By the year' }));
  expect(within(plans).getByText('€192.50')).toBeVisible();
});

test('a member sees the own plan among them', async () => {
  host.use(
    sold,
    http.get('*/v1/auth/me', () => HttpResponse.json({ ...me, org: { ...me.org, plan: 'pro' } })),
  );
  openApp('/pricing');
  expect(await screen.findByText('Your plan')).toBeVisible();
  expect(screen.getByRole('link', { name: 'See your usage and plan' })).toHaveAttribute('href', '/usage');
});

test('a platform that bills nobody says so', async () => {
  host.use(signedOut);
  openApp('/pricing');
  expect(await screen.findByRole('heading', { name: 'Nothing is sold here' })).toBeVisible();
  expect(screen.getByRole('link', { name: 'Sign in to see your limits' })).toHaveAttribute(
    'href',
    '/sign-in?next=%2Fusage',
  );
  expect(screen.queryByRole('link', { name: 'Pricing' })).toBeNull();
});

test('plans that cannot be read are said so', async () => {
  host.use(
    signedOut,
    http.get('*/v1/billing/plans', () => refuse(500, 'internal', 'Something failed on our side.')),
  );
  openApp('/pricing');
  expect(await screen.findByRole('alert')).toHaveTextContent('Something failed on our side.');
});
