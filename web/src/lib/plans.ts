/** Plans that are sold and what is paid for, as the API tells of them where it bills at all. */
import type { Counted } from './usage';

export type Interval = 'month' | 'year';

/** What a plan allows: null is as much as one likes. */
export interface PlanLimits {
  previewsPerDay: number | null;
  buildsPerDay: number | null;
  tokensPerDay: number | null;
  servers: number | null;
  call: CallLimits;
}

/** What one call may use, of which there are more. */
export interface CallLimits {
  memoryBytes: number;
  wallMs: number;
  /** Calls of one organisation at a time. */
  concurrency: number;
}

export interface Price {
  interval: Interval;
  /** ISO 4217, in small letters. */
  currency: string;
  /** In the currency’s smallest unit. Null where it depends on how much is used. */
  amount: number | null;
}

export interface OfferedPlan {
  plan: string;
  limits: PlanLimits;
  /** Empty: it costs nothing. */
  prices: Price[];
}

export interface Subscription {
  status: string | null;
  /** The plan that it gives now; null where it gives none. */
  gives: string | null;
  interval: Interval | null;
  currentPeriodEndsAt: string | null;
  /** When it ends: it was cancelled, and is not paid again. */
  endsAt: string | null;
  pastDueSince: string | null;
  graceEndsAt: string | null;
}

/** What the organisation pays for. */
export interface Standing {
  plan: string;
  /** The platform’s operator chose the plan: what is paid for does not change it. */
  setByOperator: boolean;
  /** Whether there is a portal to go to. */
  portal: boolean;
  subscription: Subscription | null;
}

/** What a plan gives, in the order in which limits are shown. */
export function given({ previewsPerDay, buildsPerDay, tokensPerDay, servers }: PlanLimits): [Counted, number | null][] {
  return [
    ['servers', servers],
    ['previews', previewsPerDay],
    ['builds', buildsPerDay],
    ['tokens', tokensPerDay],
  ];
}

/** «€12» or «€12.50»; the API counts in the smallest unit, of which currencies have different many. */
export function money(amount: number, currency: string): string {
  const whole = new Intl.NumberFormat('en', { style: 'currency', currency });
  const digits = whole.resolvedOptions().maximumFractionDigits ?? 2;
  const value = amount / 10 ** digits;
  const short = { style: 'currency', currency, minimumFractionDigits: 0 } as const;
  return Number.isInteger(value) ? new Intl.NumberFormat('en', short).format(value) : whole.format(value);
}
