import { type ReactNode, useState } from 'react';
import { given, type Interval, money, type OfferedPlan } from '@/lib/plans';
import type { Counted } from '@/lib/usage';
import { count, labelOf } from '@/lib/words';
import { Segments } from '@/ui/Segments';

const words: Record<Counted, string> = {
  servers: 'servers',
  previews: 'drafts a day',
  builds: 'builds a day',
  tokens: 'model tokens a day',
};

interface Props {
  plans: OfferedPlan[];
  /** The plan that one has, if any. */
  current: string | null;
  /** What can be done about a plan that is sold by the interval. */
  action?: (plan: string, interval: Interval) => ReactNode;
}

/** What each plan gives and costs. */
export function OfferList({ plans, current, action }: Props) {
  const [interval, setInterval] = useState<Interval>('month');
  const yearly = plans.some(({ prices }) => prices.some((price) => price.interval === 'year'));
  return (
    <div className="grid gap-4">
      {yearly && (
        <Segments
          label="Paid by"
          options={[
            ['month', 'By the month'],
            ['year', 'By the year'],
          ]}
          value={interval}
          onValue={setInterval}
        />
      )}
      <ul aria-label="Plans" className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
        {plans.map((offer) => (
          <Offer key={offer.plan} offer={offer} interval={interval} current={offer.plan === current}>
            {action?.(offer.plan, interval)}
          </Offer>
        ))}
      </ul>
    </div>
  );
}

interface OfferProps {
  offer: OfferedPlan;
  interval: Interval;
  current: boolean;
  children: ReactNode;
}

function Offer({ offer: { plan, limits, prices }, interval, current, children }: OfferProps) {
  const price = prices.find((one) => one.interval === interval);
  return (
    <li
      className={`grid content-start gap-3 rounded-md border bg-surface p-4 ${current ? 'border-accent' : 'border-line'}`}
    >
      <div className="flex items-baseline justify-between gap-2">
        <h3 className="font-semibold">{labelOf(plan)}</h3>
        {current && <span className="text-xs text-accent">Your plan</span>}
      </div>
      <p className="flex h-7 items-baseline gap-1">
        {prices.length === 0 && 'Free'}
        {price && price.amount !== null && (
          <>
            <span className="text-lg font-semibold tabular-nums">{money(price.amount, price.currency)}</span>{' '}
            <span className="text-muted">a {interval}</span>
          </>
        )}
        {price?.amount === null && <span className="text-muted">Priced by use</span>}
        {prices.length > 0 && !price && <span className="text-muted">Not sold by the {interval}</span>}
      </p>
      <ul className="grid gap-1 text-muted tabular-nums">
        {given(limits).map(([what, many]) => (
          <li key={what}>
            {many === null ? 'No limit of' : many.toLocaleString('en')} {words[what]}
          </li>
        ))}
        <li>{count(limits.call.concurrency, 'call')} at a time</li>
        <li>
          {Math.round(limits.call.memoryBytes / 2 ** 20)} MiB and {limits.call.wallMs / 1000} s a call
        </li>
      </ul>
      {!current && price && children}
    </li>
  );
}
