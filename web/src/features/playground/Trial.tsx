import { Link } from '@tanstack/react-router';
import type { Tried } from '@/lib/server';
import { count } from '@/lib/words';
import { Bounds, CallFigures, LogLines, Requests } from '@/ui/CallRecord';
import { Notice, Problem } from '@/ui/Notice';
import { Skeleton } from '@/ui/Skeleton';
import { Result } from './Result';

interface Props {
  tool: string;
  running: boolean;
  tried: Tried | undefined;
  error: Error | null;
}

/** What a tried call gave, and below it what that took. */
export function Trial({ tool, running, tried, error }: Props) {
  return (
    <section aria-label="Result" aria-busy={running} className="grid min-w-0 gap-4">
      <h2 className="flex h-9 items-center font-semibold">Result</h2>
      <p role="status" className="sr-only">
        {!running && tried && (tried.result ? `${tool} answered.` : `${tool} failed.`)}
      </p>
      {running && <Skeleton lines={4} label={`Calling ${tool}`} />}
      {!running && error && <Problem error={error} />}
      {!running && !error && !tried && (
        <p className="rounded-md border border-line border-dashed px-4 py-12 text-center text-muted">
          What {tool} gives appears here, with what it used and whom it asked.
        </p>
      )}
      {!running && !error && tried && <Ended tried={tried} />}
    </section>
  );
}

function Ended({ tried }: { tried: Tried }) {
  return (
    <div className="arrive grid min-w-0 gap-6">
      {tried.result ? (
        <Result result={tried.result} />
      ) : (
        <Notice tone="broken">
          <p className="whitespace-pre-wrap wrap-anywhere">{tried.error ?? 'The call came to no result.'}</p>
          <p className="mt-1 text-xs text-muted">
            <code>{tried.outcome}</code>
          </p>
        </Notice>
      )}
      <Bounds bounds={tried.bounds} />
      <CallFigures call={tried} />
      <div className="grid gap-2">
        <h3 className="font-medium">{count(tried.requests.length, 'outbound request')}</h3>
        <Requests requests={tried.requests} />
      </div>
      <div className="grid gap-2">
        <h3 className="font-medium">Log</h3>
        <LogLines lines={tried.logs} />
      </div>
      <p className="text-xs text-muted">
        Version {tried.version} ·{' '}
        <Link
          to="/servers/$serverId/calls"
          from="/servers/$serverId/try"
          className="text-link underline underline-offset-2"
        >
          All calls
        </Link>
      </p>
    </div>
  );
}
