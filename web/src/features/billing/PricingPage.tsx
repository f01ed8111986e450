import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button, buttonClass } from '@/ui/Button';
import { Problem } from '@/ui/Notice';
import { Page, Section } from '@/ui/Page';
import { Pairs } from '@/ui/Pairs';
import { Skeleton } from '@/ui/Skeleton';
import { offersOptions } from './api';
import { OfferList } from './OfferList';

/** What each plan gives and costs, for everyone; `plan` is the one that one has. */
export function PricingPage({ plan }: { plan: string | null }) {
  const { data: plans, error, refetch } = useQuery(offersOptions);
  if (plans === null) return <NothingSold plan={plan} />;
  return (
    <Page
      title="Pricing"
      lead="What each plan allows and costs."
      action={plans && (plan === null ? <Start /> : <YourPlan />)}
    >
      {error && <Problem error={error} action={<Button onClick={() => refetch()}>Try again</Button>} />}
      {!plans && !error && <Skeleton lines={4} label="Loading plans" />}
      {plans && (
        <>
          <Section title="Plans">
            <OfferList plans={plans} current={plan} />
          </Section>
          <Terms />
        </>
      )}
    </Page>
  );
}

function Start() {
  return (
    <Link to="/sign-in" search={{ next: '/usage' }} className={buttonClass('primary')}>
      Sign in to choose
    </Link>
  );
}

function YourPlan() {
  return (
    <Link to="/usage" className={buttonClass('primary')}>
      See your usage and plan
    </Link>
  );
}

const terms: [string, string][] = [
  ['What a day is', 'A calendar day in UTC. At its end, drafts, builds and model tokens can be used anew.'],
  [
    'When a limit is reached',
    'The answer says which one, how much was used, and when it is free again. Servers that are there go on answering.',
  ],
  [
    'What fails through no fault of yours',
    'A draft or build that fails because of the platform or the model’s provider does not count.',
  ],
  ['Moving to a smaller plan', 'What is there stays. Nothing new is made beyond what the smaller plan allows.'],
  ['How you pay', 'On Stripe’s pages, by an owner of the organisation. No card is seen here.'],
  [
    'The same on every plan',
    'The sandbox, secrets that never enter it, the capability card, the review of new versions, and the audit log.',
  ],
];

function Terms() {
  return (
    <Section title="How limits and payment work">
      <Pairs pairs={terms} />
    </Section>
  );
}

/** On a platform that bills nobody. */
function NothingSold({ plan }: { plan: string | null }) {
  return (
    <Page title="Nothing is sold here">
      <div className="grid max-w-prose justify-items-start gap-4">
        <p>
          This platform is self-hosted. Whoever operates it decides what each organisation may use, and gives out plans;
          the limits of yours stand on the page of its usage.
        </p>
        <Link
          to={plan === null ? '/sign-in' : '/usage'}
          {...(plan === null && { search: { next: '/usage' } })}
          className={buttonClass()}
        >
          {plan === null ? 'Sign in to see your limits' : 'See your limits'}
        </Link>
      </div>
    </Page>
  );
}
