import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ApiError } from '@/lib/api';
import type { CallDetail } from '@/lib/server';
import { ago } from '@/lib/words';
import { Button } from '@/ui/Button';
import { Bounds, CallFigures, LogLines, Requests } from '@/ui/CallRecord';
import { Notice, Problem } from '@/ui/Notice';
import { Section } from '@/ui/Page';
import { Skeleton } from '@/ui/Skeleton';
import { callOptions } from './api';
import { clientWords, outcomeWords } from './outcomes';

/** One call: what it came to, what it used, whom it asked and what it wrote. */
export function CallView({ serverId, callId }: { serverId: string; callId: string }) {
  const { data: call, error, refetch } = useQuery(callOptions(serverId, callId));
  return (
    <div className="grid gap-6">
      <Link
        to="/servers/$serverId/calls"
        params={{ serverId }}
        className="justify-self-start text-link underline underline-offset-2"
      >
        All calls
      </Link>
      {error instanceof ApiError && error.status === 404 ? (
        <Notice>
          <span className="wrap-anywhere">{error.message}</span>
        </Notice>
      ) : (
        error && <Problem error={error} action={<Button onClick={() => refetch()}>Try again</Button>} />
      )}
      {!call && !error && <Skeleton lines={5} label="Loading the call" />}
      {call && <Shown call={call} />}
    </div>
  );
}

function Shown({ call }: { call: CallDetail }) {
  const ok = call.outcome === 'ok';
  return (
    <>
      <header className="grid gap-1">
        <h2 className="flex flex-wrap items-baseline gap-x-3 text-lg font-semibold">
          <code className="wrap-anywhere">{call.tool}</code>
          <span className={`text-sm font-normal ${ok ? 'text-muted' : 'text-broken'}`}>
            {outcomeWords(call.outcome)}
          </span>
        </h2>
        <p className="text-muted wrap-anywhere">
          <time dateTime={call.startedAt} title={call.startedAt}>
            {ago(call.startedAt)}
          </time>{' '}
          · version {call.version} · {clientWords(call.client)} · <code>{call.id}</code>
        </p>
      </header>
      {call.error && (
        <Notice tone="broken">
          <p className="font-medium">What the client was told</p>
          <p className="whitespace-pre-wrap wrap-anywhere">{call.error}</p>
        </Notice>
      )}
      <Bounds bounds={call.bounds} />
      <CallFigures call={call} />
      <Section title="Outbound requests">
        <Requests requests={call.requests} />
      </Section>
      <Section title="Log" note="Times in UTC">
        <LogLines lines={call.logs} />
      </Section>
      <p className="text-xs text-muted">What it was given and what it gave are not kept.</p>
    </>
  );
}
