import { useQuery } from '@tanstack/react-query';
import type { Role } from '@/lib/contract';
import type { Standing, Subscription } from '@/lib/plans';
import { labelOf } from '@/lib/words';
import { Button } from '@/ui/Button';
import { Notice, Problem } from '@/ui/Notice';
import { Section } from '@/ui/Page';
import { standingOptions, usePortal } from './api';
import { Offers } from './Offers';

/** What is paid for, and the way to more. Nothing on a platform that bills nobody. */
export function PlanSection({ role }: { role: Role }) {
  const { data: standing, error, refetch } = useQuery(standingOptions);
  if (error) {
    return (
      <Section title="Plan">
        <Problem error={error} action={<Button onClick={() => refetch()}>Try again</Button>} />
      </Section>
    );
  }
  if (!standing) return null;
  const { plan, setByOperator, subscription } = standing;
  const open =
    subscription !== null && subscription.status !== 'canceled' && subscription.status !== 'incomplete_expired';
  return (
    <Section title="Plan" note={subscription ? undefined : labelOf(plan)}>
      {subscription && <Paid subscription={subscription} pays={role === 'owner'} />}
      {setByOperator && (
        <p className="text-muted">
          The plan {labelOf(plan)} was given to you by this platform’s operator: ask them for another.
        </p>
      )}
      {role !== 'owner' && <p className="text-muted">An owner of the organisation decides on its plan.</p>}
      {role === 'owner' && standing.portal && <Portal standing={standing} />}
      {!open && !setByOperator && <Offers current={plan} buys={role === 'owner'} />}
    </Section>
  );
}

const written = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });

function Day({ at }: { at: string }) {
  return (
    <time dateTime={at} title={at}>
      {written.format(new Date(at))}
    </time>
  );
}

function Paid({ subscription, pays }: { subscription: Subscription; pays: boolean }) {
  const { status, gives, interval, currentPeriodEndsAt, endsAt, pastDueSince, graceEndsAt } = subscription;
  if (pastDueSince) {
    const how = pays ? 'Pay in the portal' : 'An owner can pay in the portal';
    return (
      <Notice tone="decide">
        <p className="font-medium">
          A payment is overdue since <Day at={pastDueSince} />
        </p>
        {gives && graceEndsAt ? (
          <p className="mt-1">
            {labelOf(gives)} stays until <Day at={graceEndsAt} />. {how} to keep it.
          </p>
        ) : (
          <p className="mt-1">The plan has ended with it. {how} to have it back.</p>
        )}
      </Notice>
    );
  }
  if (!gives) {
    return (
      <Notice tone="decide">
        There is a subscription that gives no plan now{status && <> ({labelOf(status).toLowerCase()})</>}.
      </Notice>
    );
  }
  return (
    <p>
      <span className="font-medium">{labelOf(gives)}</span>
      {interval && `, paid by the ${interval}`}.{' '}
      <span className="text-muted">
        {endsAt ? (
          <>
            Cancelled: it ends on <Day at={endsAt} />.
          </>
        ) : (
          currentPeriodEndsAt && (
            <>
              Paid until <Day at={currentPeriodEndsAt} />, then again.
            </>
          )
        )}
      </span>
    </p>
  );
}

function Portal({ standing }: { standing: Standing }) {
  const portal = usePortal();
  const { subscription } = standing;
  const late = Boolean(subscription?.pastDueSince);
  const verb = late ? 'Pay in the portal' : subscription ? 'Change, cancel or see invoices' : 'See invoices';
  return (
    <div className="grid justify-items-start gap-3">
      <Button
        look={late ? 'primary' : 'plain'}
        busy={(portal.isPending || portal.isSuccess) && 'Going to the portal…'}
        onClick={() => portal.mutate()}
      >
        {verb}
      </Button>
      {portal.error && <Problem error={portal.error} />}
    </div>
  );
}
