import { screen, waitFor } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import { host, refuse } from './host';
import { openApp } from './render';

const waiting = 'Thank you. Your plan changes as soon as the payment is confirmed — usually within seconds.';

test('who has paid is told of the plan as soon as it is confirmed', async () => {
  let asked = 0;
  host.use(
    http.get('*/v1/billing', () => {
      asked += 1;
      return HttpResponse.json(
        asked === 1 ? { plan: 'hobby', subscription: null } : { plan: 'pro', subscription: { gives: 'pro' } },
      );
    }),
  );
  const { router } = openApp('/?checkout=done');
  expect(await screen.findByText(waiting)).toBeVisible();
  await waitFor(() => expect(router.state.location.searchStr).toBe(''));
  expect(await screen.findByText('Thank you. Your plan is Pro now.')).toBeVisible();
  expect(asked).toBe(2);
});

test('who has gone back is told that nothing was charged', async () => {
  const { router } = openApp('/?checkout=cancelled');
  expect(await screen.findByText('Nothing was charged: your plan is as it was.')).toBeVisible();
  await waitFor(() => expect(router.state.location.href).toBe('/'));
});

test('where nothing is billed, it is asked once, and nothing else is said', async () => {
  let asked = 0;
  host.use(
    http.get('*/v1/billing', () => {
      asked += 1;
      return refuse(404, 'not_found', 'There is no billing here.');
    }),
  );
  openApp('/?checkout=done');
  expect(await screen.findByText(waiting)).toBeVisible();
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(asked).toBe(1);
});
