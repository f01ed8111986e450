import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { AuditEntry, AuditFilter } from '@/lib/audit';
import { membersOptions } from '@/lib/members';
import { calledBy } from '@/lib/organisation';
import { ago, labelOf } from '@/lib/words';
import { Disclosed } from '@/ui/Code';
import { changes, said } from './changes';
import { resources } from './names';

const written = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' });

/** Characters up to which what was and what is stand on one line. */
const SHORT = 32;

/** One thing that was done: what, to what, by whom, from where, and what changed. */
export function Entry({ entry, onFilter }: { entry: AuditEntry; onFilter: (filter: AuditFilter) => void }) {
  const { seq, at, action, resourceType, resourceId, reason, details, before, after, via, address } = entry;
  return (
    <li className="grid gap-2 p-4">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
        <p className="min-w-0 wrap-anywhere">
          <code className="font-medium">{action}</code> <span className="text-muted">by</span>{' '}
          <Actor actor={entry.actor} />
        </p>
        <time dateTime={at} title={at} className="text-xs text-muted">
          {written.format(new Date(at))} UTC · {ago(at)}
        </time>
      </div>
      <p className="flex flex-wrap items-baseline gap-x-2 text-xs text-muted">
        <span>{resources[resourceType] ?? labelOf(resourceType)}</span>
        {resourceType === 'server' ? (
          <Link
            to="/servers/$serverId"
            params={{ serverId: resourceId }}
            className="text-link underline underline-offset-2"
          >
            <code className="wrap-anywhere">{resourceId}</code>
          </Link>
        ) : (
          <code className="wrap-anywhere">{resourceId}</code>
        )}
        <button
          type="button"
          aria-label={`Only this: ${resourceId}`}
          className="rounded-sm underline underline-offset-2 hover:text-ink"
          onClick={() => onFilter({ resourceType, resourceId })}
        >
          Only this
        </button>
      </p>
      {reason && <p className="wrap-anywhere">«{reason}»</p>}
      <Details details={details} />
      <Changed before={before} after={after} />
      {(via || address) && (
        <p className="text-xs text-muted wrap-anywhere">
          {via && (
            <>
              via <code>{via}</code>
            </>
          )}
          {via && address && ' '}
          {address && (
            <>
              from <code>{address}</code>
            </>
          )}
        </p>
      )}
      <div className="min-w-0 text-xs">
        <Disclosed
          summary={`Entry ${seq} as it is kept`}
          label={`Entry ${seq}`}
          code={JSON.stringify(entry, null, 2)}
          numbered={false}
        />
      </div>
    </li>
  );
}

function Actor({ actor }: { actor: string }) {
  const { data: members } = useQuery(membersOptions);
  if (actor === 'operator') return <>the platform’s operator</>;
  if (actor === 'platform') return <>the platform</>;
  const member = members?.find(({ id }) => id === actor);
  return member ? <span title={actor}>{calledBy(member)}</span> : <code>{actor}</code>;
}

function Details({ details }: Pick<AuditEntry, 'details'>) {
  const known = Object.entries(details ?? {}).filter(([, value]) => value !== null);
  if (known.length === 0) return null;
  return (
    <dl className="flex flex-wrap gap-x-4 text-xs">
      {known.map(([name, value]) => (
        <div key={name} className="flex min-w-0 gap-1.5">
          <dt className="text-muted">{name}</dt>
          <dd className="min-w-0 wrap-anywhere">{said(value)}</dd>
        </div>
      ))}
    </dl>
  );
}

function Changed({ before, after }: Pick<AuditEntry, 'before' | 'after'>) {
  const all = changes(before, after);
  if (all.length === 0) return null;
  return (
    <dl className="grid gap-1 rounded-md bg-sunken px-3 py-2 text-xs">
      {all.map((change) => (
        <div key={change.name} className="grid gap-x-4 sm:grid-cols-[10rem_minmax(0,1fr)]">
          <dt className="text-muted wrap-anywhere">{change.name}</dt>
          <dd className="min-w-0 wrap-anywhere">
            {change.before !== null && (
              <span className="text-muted">
                <span className="sr-only">was </span>
                <span aria-hidden="true">– </span>
                {change.before}
              </span>
            )}
            {change.before !== null && change.after !== null && ' '}
            {change.after !== null && (
              <span
                className={(change.before?.length ?? 0) > SHORT || change.after.length > SHORT ? 'block' : undefined}
              >
                <span className="sr-only">is </span>
                <span aria-hidden="true" className="text-accent">
                  +{' '}
                </span>
                {change.after}
              </span>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}
