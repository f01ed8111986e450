import type { Counted, Limit } from '@/lib/usage';
import { ago } from '@/lib/words';
import { Section } from '@/ui/Page';

const words: Record<Counted, string> = {
  previews: 'Drafts',
  builds: 'Builds',
  tokens: 'Model tokens',
  servers: 'Servers',
};

/** Each limit of the plan, and how much of it is used. */
export function Limits({ limits }: { limits: Limit[] }) {
  return (
    <Section title="Limits" note="Counted by the day in UTC, but for servers">
      <dl className="grid gap-px overflow-hidden rounded-md border border-line bg-line sm:grid-cols-2 lg:grid-cols-4">
        {limits.map((limit) => (
          <One key={limit.what} limit={limit} />
        ))}
      </dl>
    </Section>
  );
}

function One({ limit: { what, limit, used, resetsAt } }: { limit: Limit }) {
  const full = limit !== null && used >= limit;
  return (
    <div className="grid content-start gap-2 bg-surface p-4">
      <dt className="text-muted">
        {words[what]}
        {resetsAt && ' today'}
      </dt>
      <dd className="grid gap-2">
        <p className="tabular-nums">
          <span className="text-lg font-semibold">{used.toLocaleString('en')}</span>{' '}
          <span className="text-muted">{limit === null ? 'no limit' : `of ${limit.toLocaleString('en')}`}</span>
        </p>
        {limit !== null && <Bar part={limit === 0 ? 1 : Math.min(1, used / limit)} full={full} />}
        <p className={`text-xs ${full ? 'text-decide' : 'text-muted'}`}>
          {limit !== null && resetsAt && (
            <>
              {full ? 'Used up: free again' : 'Counted anew'}{' '}
              <time dateTime={resetsAt} title={resetsAt}>
                {ago(resetsAt)}
              </time>
            </>
          )}
          {limit !== null && !resetsAt && (full ? 'Delete one to make room.' : `Room for ${limit - used} more`)}
        </p>
      </dd>
    </div>
  );
}

/** How much of it is used; the numbers beside it say the same. */
function Bar({ part, full }: { part: number; full: boolean }) {
  return (
    <svg aria-hidden="true" className="h-1.5 w-full rounded-sm">
      <rect width="100%" height="100%" className="fill-line" />
      <rect width={`${part * 100}%`} height="100%" className={full ? 'fill-decide' : 'fill-accent'} />
    </svg>
  );
}
