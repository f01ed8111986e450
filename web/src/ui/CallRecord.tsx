/** What is kept of a call, wherever one is shown. */
import { roughly, size, took } from '@/lib/figures';
import type { Bound, Call, Egress, LogLine } from '@/lib/server';
import { count } from '@/lib/words';

/** What a call used. */
export function CallFigures({ call }: { call: Call }) {
  const figures: [string, string, string?][] = [
    ['Time', took(call.wallMs)],
    ['Fuel', roughly(call.fuel), `${call.fuel.toLocaleString('en')} units`],
    ['Peak memory', size(call.peakMemoryBytes), `${call.peakMemoryBytes.toLocaleString('en')} bytes`],
    ['Arguments', size(call.argumentBytes)],
    ['Result', size(call.resultBytes)],
  ];
  return (
    <dl className="flex flex-wrap gap-x-6 gap-y-3">
      {figures.map(([name, value, exact]) => (
        <div key={name} title={exact}>
          <dt className="text-xs text-muted">{name}</dt>
          <dd className="font-medium tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Each bound that a call ran into; a call goes on after some of them. */
export function Bounds({ bounds }: { bounds: Bound[] }) {
  if (bounds.length === 0) return null;
  return (
    <ul aria-label="Bounds it ran into" className="grid gap-1 text-decide">
      {bounds.map(({ name, limit, used, unit }) => (
        <li key={name} className="wrap-anywhere">
          Ran into <code>{name}</code>: {used.toLocaleString('en')} {unit}, where {limit.toLocaleString('en')} are
          allowed.
        </li>
      ))}
    </ul>
  );
}

/** Whom a call asked, in the order in which the answers ended. */
export function Requests({ requests }: { requests: Egress[] }) {
  if (requests.length === 0) return <p className="text-muted">It made no request.</p>;
  return (
    <ol className="divide-y divide-line rounded-md border border-line bg-surface">
      {requests.map((request, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: requests of a call that is over never move
        <li key={i} className="grid gap-1 px-4 py-3">
          <div className="flex items-baseline justify-between gap-4">
            <code className="min-w-0 wrap-anywhere">
              {request.method} {request.host}
              <span className="text-muted">{request.path}</span>
            </code>
            <RequestStatus request={request} />
          </div>
          <p className="text-xs text-muted tabular-nums">
            {took(request.ms)} · {size(request.sent)} sent · {size(request.bytes)} received
          </p>
          {request.error && <p className="text-broken wrap-anywhere">{request.error}</p>}
        </li>
      ))}
    </ol>
  );
}

function RequestStatus({ request: { status } }: { request: Egress }) {
  if (status === undefined) return <span className="shrink-0 text-broken">no answer</span>;
  return (
    <span className={`shrink-0 tabular-nums ${status >= 400 ? 'text-broken' : ''}`}>
      <span className="sr-only">status </span>
      {status}
    </span>
  );
}

const levels: Record<LogLine['level'], string> = {
  debug: 'text-muted',
  info: 'text-muted',
  warn: 'text-decide',
  error: 'text-broken',
};

/** What a call has written, line by line. */
export function LogLines({ lines, label = 'Log' }: { lines: LogLine[]; label?: string }) {
  if (lines.length === 0) return <p className="text-muted">It wrote nothing.</p>;
  return (
    <section
      aria-label={`${label}, ${count(lines.length, 'line')}`}
      tabIndex={0}
      className="max-h-96 overflow-auto rounded-md border border-line bg-sunken py-2 font-mono text-xs leading-5"
    >
      {lines.map((line, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines of a call that is over never move
        <div key={i} className="grid grid-cols-[auto_3rem_minmax(0,1fr)] gap-x-3 px-4">
          <time dateTime={new Date(line.atMs).toISOString()} className="text-muted tabular-nums">
            {new Date(line.atMs).toISOString().slice(11, 23)}
          </time>
          <span className={levels[line.level] ?? 'text-muted'}>{line.level}</span>
          <span className="whitespace-pre-wrap wrap-anywhere">{line.message}</span>
        </div>
      ))}
    </section>
  );
}
