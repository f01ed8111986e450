import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { percentile, took } from '@/lib/figures';
import type { Call, Usage } from '@/lib/server';
import { count } from '@/lib/words';
import { Button } from '@/ui/Button';
import { Problem } from '@/ui/Notice';
import { Section } from '@/ui/Page';
import { Skeleton } from '@/ui/Skeleton';
import { newestCallsOptions, usageOptions } from './api';
import { DayChart } from './DayChart';

/** What a server has done today, and on each of the last days. Days are those of UTC, as the host counts them. */
export function Today({ serverId }: { serverId: string }) {
  const usage = useQuery(usageOptions(serverId));
  const newest = useQuery(newestCallsOptions(serverId));
  const error = usage.error ?? newest.error;

  function retry() {
    void usage.refetch();
    void newest.refetch();
  }

  return (
    <Section title="Today" note="Days begin at 00:00 UTC">
      {error && <Problem error={error} action={<Button onClick={retry}>Try again</Button>} />}
      {!usage.data && !usage.error && <Skeleton lines={3} />}
      {usage.data && <Figures serverId={serverId} usage={usage.data} calls={newest.data?.calls ?? []} />}
    </Section>
  );
}

function Figures({ serverId, usage: { days }, calls }: { serverId: string; usage: Usage; calls: Call[] }) {
  const today = days.at(-1);
  const times = calls.filter(({ startedAt }) => startedAt.slice(0, 10) === today?.day).map(({ wallMs }) => wallMs);
  const [p50, p95] = [percentile(times, 50), percentile(times, 95)];
  const sum = days.reduce((total, { calls }) => total + calls, 0);
  return (
    <div className="grid gap-4 rounded-md border border-line bg-surface p-4">
      <dl className="grid grid-cols-2 gap-4 sm:grid-cols-4">
        <Figure name="Calls" value={(today?.calls ?? 0).toLocaleString('en')} />
        <Figure name="Errors" value={(today?.errors ?? 0).toLocaleString('en')} bad={(today?.errors ?? 0) > 0} />
        <Figure name="p50" value={p50 === null ? '–' : took(p50)} what="Half of the calls took no longer" />
        <Figure name="p95" value={p95 === null ? '–' : took(p95)} what="19 of 20 calls took no longer" />
      </dl>
      {times.length < (today?.calls ?? 0) && times.length > 0 && (
        <p className="text-xs text-muted">p50 and p95 are those of the newest {count(times.length, 'call')}.</p>
      )}
      {sum === 0 ? (
        <p className="text-muted">
          No call in the last {days.length} days. What clients call appears here, and one by one under{' '}
          <Link to="/servers/$serverId/calls" params={{ serverId }} className="text-link underline underline-offset-2">
            Calls
          </Link>
          .
        </p>
      ) : (
        <DayChart days={days} />
      )}
    </div>
  );
}

function Figure({ name, value, what, bad }: { name: string; value: string; what?: string; bad?: boolean }) {
  return (
    <div title={what}>
      <dt className="text-xs text-muted">
        {name}
        {what && <span className="sr-only">: {what.toLowerCase()}</span>}
      </dt>
      <dd className={`text-lg font-semibold tabular-nums ${bad ? 'text-broken' : ''}`}>{value}</dd>
    </div>
  );
}
