import { useQuery } from '@tanstack/react-query';
import { Unreachable } from '@/lib/api';
import { took } from '@/lib/figures';
import { capital } from '@/lib/words';
import { Button } from '@/ui/Button';
import { Notice, Problem } from '@/ui/Notice';
import { Page } from '@/ui/Page';
import { Skeleton } from '@/ui/Skeleton';
import { PAUSE, type Part, type State, type Status, statusOptions } from './api';
import { overall, stateWords, wordsOf } from './words';

/** How the platform and each part of it is just now. */
export function StatusPage() {
  const { data: status, error, isFetching, refetch } = useQuery(statusOptions);
  const again = (
    <Button onClick={() => refetch()} busy={isFetching && 'Checking…'}>
      Check now
    </Button>
  );
  return (
    <Page title="Status" lead={`Checked anew each ${PAUSE / 1000} s while you look.`} action={again}>
      {error instanceof Unreachable ? <Away /> : error && <Problem error={error} />}
      {status && <Checked status={status} old={error !== null} />}
      {!status && !error && <Skeleton lines={6} label="Checking" />}
    </Page>
  );
}

/** The platform gives no answer at all. */
function Away() {
  return (
    <Notice tone="broken">
      <p className="font-medium">The platform cannot be reached</p>
      <p className="mt-1">
        {navigator.onLine
          ? 'It is down, or something between you and it is. This page goes on asking.'
          : 'Your browser is offline, so this says nothing about the platform. This page goes on asking.'}
      </p>
    </Notice>
  );
}

const time = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });

function Checked({ status: { status, checkedAt, parts }, old }: { status: Status; old: boolean }) {
  return (
    <section aria-label="Parts" className={`grid gap-3 ${old ? 'text-muted' : ''}`}>
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <div role="status">
          <h2 className="flex items-center gap-2 font-semibold">
            {!old && <Dot state={status} />}
            {old ? 'What it said last' : (overall[status] ?? status)}
          </h2>
        </div>
        <p className="text-xs text-muted tabular-nums">
          Checked at{' '}
          <time dateTime={checkedAt} title={checkedAt}>
            {time.format(new Date(checkedAt))}
          </time>
        </p>
      </div>
      <ul aria-label="Parts" className="divide-y divide-line rounded-md border border-line bg-surface">
        {parts.map((part) => (
          <PartRow key={part.name} part={part} />
        ))}
      </ul>
    </section>
  );
}

function PartRow({ part: { name, state, tookMs, detail } }: { part: Part }) {
  const { title, does, without } = wordsOf(name);
  return (
    <li className="grid gap-0.5 p-4">
      <div className="flex flex-wrap items-center justify-between gap-x-4">
        <p className="font-medium wrap-anywhere">{title}</p>
        <p className="flex items-center gap-2">
          <Dot state={state} />
          <span className={state === 'ok' ? '' : 'text-broken'}>{stateWords[state] ?? state}</span>
          <span className="w-14 text-right text-xs text-muted tabular-nums">{tookMs !== null && took(tookMs)}</span>
        </p>
      </div>
      {does && <p className="text-muted">{does}</p>}
      {detail && <p className="wrap-anywhere">{capital(detail)}</p>}
      {state === 'down' && without && <p>{without}</p>}
    </li>
  );
}

const dots: Record<State, string> = {
  ok: 'border-accent bg-accent',
  degraded: 'border-broken',
  down: 'border-broken bg-broken',
};

function Dot({ state }: { state: State }) {
  return (
    <span aria-hidden="true" className={`size-2 shrink-0 rounded-full border-2 ${dots[state] ?? 'border-edge'}`} />
  );
}
