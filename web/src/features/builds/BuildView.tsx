import type { ReactNode } from 'react';
import { ApiError } from '@/lib/api';
import type { BuildState, Diagnostic, ServerSpec } from '@/lib/contract';
import { diagnosticsOf } from '@/lib/diagnostics';
import { Button } from '@/ui/Button';
import { NotFound } from '@/ui/NotFound';
import { Notice, Problem } from '@/ui/Notice';
import { Skeleton } from '@/ui/Skeleton';
import { useBuild } from './api';
import { BuildLine } from './BuildLine';
import { BuildLog } from './BuildLog';

interface Props {
  buildId: string;
  source: ServerSpec | null;
  /** What comes after each outcome, and after a failure what in the source it is of; the page knows. */
  outcome: (state: BuildState, wrong: Diagnostic[]) => ReactNode;
}

/** A build from its first event to its last, and what to do then. */
export function BuildView({ buildId, source, outcome }: Props) {
  const { events, link, error, isPending, retry } = useBuild(buildId);
  const last = events.at(-1);
  // What a model has mended is no longer what was sent: its lines would be shown where others stand.
  const mended = events.some(({ repair }) => repair?.changed?.length);

  if (isPending) return <Skeleton />;
  if (error instanceof ApiError && error.status === 404) return <NotFound what="build" />;
  if (error && events.length === 0) {
    return <Problem error={error} action={<Button onClick={() => retry()}>Try again</Button>} />;
  }
  return (
    <div className="grid gap-4">
      <BuildLine events={events} link={link} />
      {last?.state === 'failed' && (
        <Notice tone="broken">
          <p className="font-medium">The build failed</p>
          <p className="wrap-anywhere">
            {last.message || 'The log says where.'} {last.code && <code className="text-muted">{last.code}</code>}
          </p>
        </Notice>
      )}
      {last?.state !== 'failed' && last && outcome(last.state, [])}
      {events.length > 0 && <BuildLog events={events} source={mended ? null : source} />}
      {last?.state === 'failed' && outcome(last.state, mended ? [] : diagnosticsOf(events))}
    </div>
  );
}
