import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { sessionKey } from '@/lib/queryClient';
import { labelOf } from '@/lib/words';
import { Notice } from '@/ui/Notice';
import { paidOptions } from './api';

export type Checkout = 'done' | 'cancelled';

/** What has become of a payment, for who comes back from its page. */
export function CheckoutNotice({ checkout }: { checkout: Checkout }) {
  if (checkout === 'cancelled') return <Notice>Nothing was charged: your plan is as it was.</Notice>;
  return <Paid />;
}

function Paid() {
  const client = useQueryClient();
  const { data: billing } = useQuery(paidOptions);
  const plan = billing?.subscription?.gives;

  // The plan is also a part of who one is.
  useEffect(() => {
    if (plan) void client.invalidateQueries({ queryKey: sessionKey });
  }, [plan, client]);

  return (
    <Notice>
      {plan
        ? `Thank you. Your plan is ${labelOf(plan)} now.`
        : 'Thank you. Your plan changes as soon as the payment is confirmed — usually within seconds.'}
    </Notice>
  );
}
