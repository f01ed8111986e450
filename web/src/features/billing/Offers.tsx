import { useQuery } from '@tanstack/react-query';
import { labelOf } from '@/lib/words';
import { Button } from '@/ui/Button';
import { Problem } from '@/ui/Notice';
import { Skeleton } from '@/ui/Skeleton';
import { offersOptions, useCheckout } from './api';
import { OfferList } from './OfferList';

/** The plans that one may have, and for who may buy, the way to pay. */
export function Offers({ current, buys }: { current: string; buys: boolean }) {
  const { data: plans, error, refetch } = useQuery(offersOptions);
  const checkout = useCheckout();
  if (error) return <Problem error={error} action={<Button onClick={() => refetch()}>Try again</Button>} />;
  if (!plans) return <Skeleton lines={3} label="Loading plans" />;
  const leaving = checkout.isPending || checkout.isSuccess;
  return (
    <div className="grid gap-4">
      <OfferList
        plans={plans}
        current={current}
        action={(plan, interval) =>
          buys && (
            <Button
              look="primary"
              disabled={leaving}
              busy={leaving && checkout.variables.plan === plan && 'Going to the payment…'}
              onClick={() => checkout.mutate({ plan, interval })}
            >
              Upgrade to {labelOf(plan)}
            </Button>
          )
        }
      />
      {checkout.error && <Problem error={checkout.error} />}
    </div>
  );
}
